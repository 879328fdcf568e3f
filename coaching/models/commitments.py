"""Promises that were made in a session or after it: the client's, and the coach's own."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from coaching.models.clients import Client
from coaching.models.goals import Source
from coaching.models.sessions import CoachingSession
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class CommitmentQuerySet(TenantQuerySet["Commitment"]):
    """Reads over the open tenant's commitments."""

    def open(self) -> Self:
        """Keep what is neither done nor dropped, the most urgent first."""
        return self.filter(status="open").order_by(models.F("due_on").asc(nulls_last=True), "created_at")

    def settled(self) -> Self:
        """Keep what was done or dropped, newest first."""
        return self.exclude(status="open").order_by("-settled_at")

    def waiting_on_coach(self) -> Self:
        """Keep the coach's own open promises, to anybody who is not archived."""
        return self.open().filter(promised_by="coach").exclude(client__status=Client.Status.ARCHIVED)

    def with_context(self) -> Self:
        """Fetch each one's client and session in the same query."""
        return self.select_related("client", "session")


class Commitment(TenantModel):
    """One promise, in the words of whoever made it."""

    class PromisedBy(models.TextChoices):
        CLIENT = "client", "The client"
        COACH = "coach", "You"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"
        DROPPED = "dropped", "Let go"

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="commitments")
    session = models.ForeignKey(
        CoachingSession, on_delete=models.SET_NULL, null=True, blank=True, related_name="commitments"
    )
    promised_by = models.CharField(max_length=6, choices=PromisedBy)
    text = models.CharField(max_length=300)
    due_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.COACH)
    evidence = ArrayField(models.UUIDField(), default=list, blank=True)
    """Ids of the utterances in which it was made."""
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(CommitmentQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["coach", "client", "status"], name="commitment_by_client")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open") ^ models.Q(settled_at__isnull=False),
                name="commitment_settled_has_time",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether it still stands."""
        return self.status == self.Status.OPEN

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is still open."""
        return self.is_open and self.due_on is not None and self.due_on < today
