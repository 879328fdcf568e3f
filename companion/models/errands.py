"""Work that is no answer to a message: reading a file, analysing a session."""

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from coaching.models import Client, CoachingSession, Transcript
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class ErrandQuerySet(TenantQuerySet["Errand"]):
    """Reads over the open tenant's errands."""

    def unfinished(self) -> Self:
        """Keep errands that still wait or run."""
        return self.filter(status__in=Errand.UNFINISHED)

    def analyses_of(self, session: CoachingSession) -> Self:
        """Keep a session's analyses, the newest first."""
        return self.filter(session=session, kind=Errand.Kind.ANALYSE_SESSION).order_by("-queued_at")

    def held(self, *, fence: int) -> Self:
        """Keep the errand only while the lease with this fence still holds it."""
        return self.filter(status=Errand.Status.RUNNING, fence=fence)


class Errand(TenantModel):
    """
    One piece of background work. The row is the truth, as a Turn is.

    queued → running → done | failed | cancelled, with the same lease and fence.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    class Kind(models.TextChoices):
        READ_TRANSCRIPT = "read_transcript", "Reading a transcript"
        ANALYSE_SESSION = "analyse_session", "Analysing a session"

    UNFINISHED: ClassVar[tuple[str, ...]] = (Status.QUEUED, Status.RUNNING)

    SYSTEM_READS = (
        "id",
        "coach_id",
        "kind",
        "status",
        "fence",
        "attempts",
        "lease_until",
        "not_before",
        "queued_at",
        "finished_at",
        "error_code",
    )
    SYSTEM_WRITES = ("status", "fence", "attempts", "lease_until")

    kind = models.CharField(max_length=20, choices=Kind)
    key = models.CharField(max_length=80)
    """Names the work: while it waits or runs, the same is not queued again."""
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    """Whose words it works on; withdrawing consent cancels it by this, and it goes when they go."""
    session = models.ForeignKey(CoachingSession, on_delete=models.SET_NULL, null=True, related_name="+")
    transcript = models.ForeignKey(Transcript, on_delete=models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(db_default=Now())
    """A retry waits until then."""
    queued_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=24, blank=True)
    error_words = models.TextField(blank=True)
    """What the coach reads when it failed; never a quotation."""
    done = models.PositiveSmallIntegerField(default=0)
    """Parts that are finished, of `total`."""
    total = models.PositiveSmallIntegerField(default=0)
    """0 while nobody knows how many there will be."""

    objects = TenantManager.from_queryset(ErrandQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["coach", "key"],
                condition=models.Q(status__in=["queued", "running"]),
                name="errand_once_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(status="queued"), name="errand_due"),
            models.Index(fields=["lease_until"], condition=models.Q(status="running"), name="errand_leased"),
            models.Index(fields=["coach", "session", "kind", "-queued_at"], name="errand_of_session"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still to be done."""
        return self.status in self.UNFINISHED
