"""What the companion knows how to do, as text. A skill never widens what a turn may do."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from journeyloop.ids import uuid7
from journeyloop.tenancy.door import current_tenant


class SkillQuerySet(models.QuerySet["CompanionSkill"]):
    """Reads over the skills that the open tenant may use."""

    def in_use(self) -> Self:
        """Leave out retired skills."""
        return self.filter(retired_at__isnull=True)


class SkillManager(models.Manager["CompanionSkill"]):
    """The open tenant's skills and the shared ones. Raises NoTenantError when no door is open."""

    def get_queryset(self) -> models.QuerySet["CompanionSkill"]:
        """Start every read from what this coach may use."""
        own = models.Q(coach_id=current_tenant().coach_id) | models.Q(coach__isnull=True)
        return super().get_queryset().filter(own)


class CompanionSkill(models.Model):
    """One skill; without a coach it ships with the product, with one it is theirs (often a fork)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    coach = models.ForeignKey(
        "coaching.CoachingProfile", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    slug = models.SlugField(max_length=64)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1024, blank=True)
    triggers = ArrayField(models.CharField(max_length=40), default=list)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    token_estimate = models.PositiveIntegerField(default=0)
    parent_skill = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    """The shared skill that this one was forked from; a trigger refuses any other parent."""
    parent_version = models.PositiveIntegerField(null=True)
    """The shared skill's version at the time of the fork."""
    last_used_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = SkillManager.from_queryset(SkillQuerySet)()
    all_tenants: models.Manager[Any] = models.Manager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["coach", "slug"], name="skill_slug_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.slug
