"""Meetings between coach and client."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from coaching.models.clients import Client
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet
from journeyloop.tenancy.readings import Reading, read, slot

if TYPE_CHECKING:
    from coaching.models.transcripts import Transcript, TranscriptQuerySet

_END = models.ExpressionWrapper(
    models.F("starts_at") + models.F("duration_minutes") * models.Value(timedelta(minutes=1)),
    output_field=models.DateTimeField(),
)


class SessionQuerySet(TenantQuerySet["CoachingSession"]):
    """Reads over the open tenant's sessions."""

    def planned(self) -> Self:
        """Sessions that nobody has said anything about yet, soonest first; some may be over."""
        return self.filter(status="scheduled").order_by("starts_at")

    def upcoming(self, *, now: datetime) -> Self:
        """Planned sessions that have not ended, soonest first."""
        return self.planned().ending_after(now)

    def unsettled(self, *, now: datetime) -> Self:
        """Planned sessions that have ended, soonest first: the coach has yet to say how they went."""
        return self.planned().alias(end=_END).filter(end__lte=now)

    def settled(self) -> Self:
        """Sessions that were completed, cancelled or not held, newest first."""
        return self.exclude(status="scheduled").order_by("-starts_at")

    def ending_after(self, moment: datetime) -> Self:
        """Sessions that end later than this."""
        return self.alias(end=_END).filter(end__gt=moment)

    def overlapping(self, *, starts_at: datetime, ends_at: datetime) -> Self:
        """Planned sessions that share a minute with this span."""
        return self.planned().filter(starts_at__lt=ends_at).ending_after(starts_at)

    def with_client(self) -> Self:
        """Fetch each session's client in the same query."""
        return self.select_related("client")


class CoachingSession(TenantModel):
    """One meeting: an instant, the zone it was agreed in, and what became of it."""

    class Type(models.TextChoices):
        INTAKE = "intake", "Intake"
        REGULAR = "regular", "Regular"

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        COMPLETED = "completed", "Completed"
        CANCELLED = "cancelled", "Cancelled"
        MISSED = "missed", "Did not take place"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=160, blank=True)
    session_type = models.CharField(max_length=8, choices=Type, default=Type.REGULAR)
    starts_at = models.DateTimeField()
    time_zone = models.CharField(max_length=64)
    """IANA name of the zone in which the time was agreed."""
    duration_minutes = models.PositiveSmallIntegerField(default=60)
    status = models.CharField(max_length=10, choices=Status, default=Status.SCHEDULED)
    meeting_url = models.URLField(blank=True)
    cancel_reason = models.CharField(max_length=300, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager.from_queryset(SessionQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "starts_at"], name="session_by_start")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="completed") ^ models.Q(completed_at__isnull=True),
                name="session_completed_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status="cancelled") ^ models.Q(cancelled_at__isnull=True),
                name="session_cancelled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def ends_at(self) -> datetime:
        """When it is due to end."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    @cached_property
    def transcripts_there(self) -> "list[Transcript]":
        """Its transcripts without their files, each with `length_ms` and `roles`; read once for a page."""
        (found,) = read(_TRANSCRIPTS(session=self.pk))
        for each in found:
            each.session = self
        return found

    @property
    def read_transcript(self) -> "Transcript | None":
        """The one of them whose words are there."""
        return next((each for each in self.transcripts_there if each.is_read), None)

    @property
    def is_planned(self) -> bool:
        """Whether nobody has yet said what became of it."""
        return self.status == self.Status.SCHEDULED

    @property
    def name(self) -> str:
        """What to call it: its title, or its kind."""
        return self.title or ("Intake session" if self.session_type == self.Type.INTAKE else "Session")


def _transcripts() -> "TranscriptQuerySet":
    # Its own module refers to this one.
    every: TranscriptQuerySet = apps.get_model("coaching", "Transcript").objects.filter(
        session=slot("session")
    )
    return every.without_file().with_length().with_roles()


_TRANSCRIPTS = Reading(_transcripts)
