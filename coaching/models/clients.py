"""The people a coach works with."""

from datetime import datetime
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from coaching import time_zones
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet

if TYPE_CHECKING:
    from coaching.consents import Purpose
    from coaching.models.consents import Standing


class ClientQuerySet(TenantQuerySet["Client"]):
    """Reads over the open tenant's clients."""

    def current(self) -> Self:
        """Leave out archived clients."""
        return self.exclude(status=Client.Status.ARCHIVED)

    def archived(self) -> Self:
        """Keep only archived clients."""
        return self.filter(status=Client.Status.ARCHIVED)

    def named_like(self, words: str) -> Self:
        """Keep clients whose name or e-mail contains each of these words."""
        found = self
        for word in words.split():
            found = found.filter(models.Q(name__icontains=word) | models.Q(email__icontains=word))
        return found

    def with_session_counts(self) -> Self:
        """Add `sessions_held`: completed sessions, which use up the package."""
        held = models.Count("sessions", filter=models.Q(sessions__status="completed"))
        return self.annotate(sessions_held=held)

    def with_next_session(self, *, now: datetime) -> Self:
        """Add `next_session_at`: when the next planned session begins, or None."""
        planned = models.Q(sessions__status="scheduled", sessions__starts_at__gte=now)
        return self.annotate(next_session_at=models.Min("sessions__starts_at", filter=planned))


class Client(TenantModel):
    """One client of one coach. The coach's private words about them are Notes, not columns here."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        INVITED = "invited", "Invited"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"
        ARCHIVED = "archived", "Archived"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="client_of"
    )
    """The sign-in, once the client has one; one user may be client of several coaches."""
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    pronouns = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    """IANA name."""
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    status_before_archive = models.CharField(max_length=10, choices=Status, blank=True)
    goal_summary = models.CharField(max_length=300, blank=True)
    """What the client came for, in a sentence that the client may read too."""
    started_on = models.DateField(null=True, blank=True)
    total_sessions = models.PositiveSmallIntegerField(null=True, blank=True)
    """Sessions in the package; NULL = open-ended."""
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(ClientQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "name"], name="client_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """The first word of their name."""
        return self.name.split()[0]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this client lives."""
        return time_zones.zone(self.time_zone)

    @cached_property
    def standings(self) -> "dict[Purpose, Standing]":
        """How it stands with their consents, read once for all of a page. Whoever acts asks afresh."""
        from coaching.models.consents import standings_of  # late: it is about this model

        return standings_of(self)

    @property
    def is_archived(self) -> bool:
        """Whether they are put away: they can be read and restored, nothing else."""
        return self.status == self.Status.ARCHIVED
