"""What somebody is working towards, the stations on the way, and how far they have come."""

from datetime import date
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from coaching.models.clients import Client
from coaching.models.sessions import CoachingSession
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class Source(models.TextChoices):
    """Where something about a goal or a promise comes from."""

    COACH = "coach", "Written by the coach"
    SESSION = "session", "Accepted from a session"


class GoalQuerySet(TenantQuerySet["Goal"]):
    """Reads over the open tenant's goals."""

    def kept(self) -> Self:
        """Leave out goals that were deleted; those can still be brought back."""
        return self.filter(removed_at=None)

    def active(self) -> Self:
        """Keep what is worked on now."""
        return self.kept().filter(status=Goal.Status.ACTIVE)

    def current(self) -> Self:
        """Keep what is worked on or rests."""
        return self.kept().exclude(status=Goal.Status.COMPLETED)

    def foremost_first(self) -> Self:
        """Order: active before paused before completed, then by priority, date and age."""
        place = models.Case(
            models.When(status="active", then=0), models.When(status="paused", then=1), default=2
        )
        return self.order_by(place, "-priority", models.F("target_date").asc(nulls_last=True), "created_at")

    def with_milestones(self) -> Self:
        """Fetch each goal's milestones in one more query, as `stations`."""
        kept = Milestone.objects.kept().in_order()
        return self.prefetch_related(models.Prefetch("milestones", queryset=kept, to_attr="stations"))


class Goal(TenantModel):
    """One goal: a client's, or with no client the coach's own."""

    class Category(models.TextChoices):
        GROWTH = "growth", "Growth"
        CAREER = "career", "Career"
        SKILLS = "skills", "Skills"
        CREATIVE = "creative", "Creative"
        RELEASE = "release", "Release"
        BRANDING = "branding", "Branding"
        MARKETING = "marketing", "Marketing"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        COMPLETED = "completed", "Completed"

    class Priority(models.IntegerChoices):
        LOWEST = 1, "Some day"
        LOW = 2, "Low"
        MIDDLE = 3, "Middle"
        HIGH = 4, "High"
        HIGHEST = 5, "First of all"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, null=True, blank=True, related_name="goals")
    title = models.CharField(max_length=160)
    description = models.TextField(max_length=2_000, blank=True)
    category = models.CharField(max_length=10, choices=Category, default=Category.GROWTH)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.MIDDLE)
    target_date = models.DateField(null=True, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    """Percent; the newest GoalDelta's value."""
    source = models.CharField(max_length=8, choices=Source, default=Source.COACH)
    session = models.ForeignKey(
        CoachingSession, on_delete=models.SET_NULL, null=True, blank=True, related_name="goals"
    )
    """The session that it was accepted from."""
    evidence = ArrayField(models.UUIDField(), default=list, blank=True)
    """Ids of the utterances that it rests on."""
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(GoalQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "coach_goals"
        indexes = [models.Index(fields=["coach", "client", "status"], name="goal_by_client")]
        constraints = [
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="goal_progress_percent"),
            models.CheckConstraint(
                condition=models.Q(priority__gte=1, priority__lte=5), name="goal_priority_one_to_five"
            ),
            models.CheckConstraint(
                condition=models.Q(status="completed") ^ models.Q(completed_at__isnull=True),
                name="goal_completed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def is_late(self, today: date) -> bool:
        """Whether its day has passed while it is still worked on."""
        return self.status == self.Status.ACTIVE and self.target_date is not None and self.target_date < today


class MilestoneQuerySet(TenantQuerySet["Milestone"]):
    """Reads over the open tenant's milestones."""

    def kept(self) -> Self:
        """Leave out milestones that were deleted."""
        return self.filter(removed_at=None)

    def in_order(self) -> Self:
        """Order: those that were reached, then by the day they are due, those without one last."""
        reached, due = (models.F(name).asc(nulls_last=True) for name in ("reached_at", "due_on"))
        return self.order_by(reached, due, "created_at", "id")


class Milestone(TenantModel):
    """One station on the way to a goal."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(max_length=160)
    due_on = models.DateField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(MilestoneQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "goal"], name="milestone_by_goal")]

    def __str__(self) -> str:
        return str(self.pk)


class GoalDelta(TenantModel):
    """One step on a goal, as somebody judged it. A correction is a new row."""

    APPEND_ONLY = True

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="deltas")
    before = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField()
    """Percent from here on."""
    note = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.COACH)
    session = models.ForeignKey(
        CoachingSession, on_delete=models.SET_NULL, null=True, blank=True, related_name="goal_deltas"
    )
    evidence = ArrayField(models.UUIDField(), default=list, blank=True)
    """Ids of the utterances that it rests on."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = TenantManager["GoalDelta"]()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "goal", "-at"], name="goal_delta_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value__lte=100, before__lte=100), name="goal_delta_percent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.value}"

    @property
    def change(self) -> int:
        """How many percent further, or back."""
        return self.value - self.before
