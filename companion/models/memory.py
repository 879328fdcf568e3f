"""What the companion knows, each fact with its source. A new value closes the old one, never erases it."""

from typing import Any, Self

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now

from coaching.models import Client
from companion.models.conversation import Turn
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet

CURRENT = models.Q(superseded_by__isnull=True, valid_until__isnull=True)
"""What no newer fact has closed."""


class FactQuerySet(TenantQuerySet[Any]):
    """Reads over facts."""

    def current(self) -> Self:
        """Leave out facts that a newer one closed."""
        return self.filter(CURRENT)


class Fact(TenantModel):
    """What both kinds of fact carry."""

    class Source(models.TextChoices):
        COACH_MESSAGE = "coach_message", "Your message"
        COACH = "coach", "Written by you"
        SESSION = "session", "A session"
        CLIENT_MESSAGE = "client_message", "Client's message"
        DOCUMENT = "document", "A document"

    class SaidBy(models.TextChoices):
        COACH = "coach", "You"
        CLIENT = "client", "Client"

    statement = models.CharField(max_length=500)
    quote = models.TextField()
    """Words found verbatim in the source."""
    source_kind = models.CharField(max_length=16, choices=Source)
    source_id = models.UUIDField(null=True)
    """Row of the source; forgetting that source removes this fact."""
    said_by = models.CharField(max_length=8, choices=SaidBy)
    observed_at = models.DateTimeField()
    """When it was said."""
    valid_until = models.DateTimeField(null=True)
    """When it stopped being so."""
    importance = models.PositiveSmallIntegerField(default=3)
    """From 1 to 5."""
    taint = models.PositiveSmallIntegerField(default=0)
    """engine.capabilities.Taint of the source; a turn that recalls it inherits it."""
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, related_name="+")
    external_id = models.CharField(max_length=120, null=True)  # noqa: DJ001 - NULL keeps the constraint off
    created_at = models.DateTimeField(db_default=Now())
    # Without an index of words: under row-level security PostgreSQL would never read one, because a coach's
    # rows must be picked out before `@@` may look at any (it is not leakproof).
    search = models.GeneratedField(
        expression=SearchVector("statement", "quote", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta(TenantModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class CompanionMemory(Fact):
    """A fact about the coach and their practice."""

    superseded_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TenantManager.from_queryset(FactQuerySet)()

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["coach", "-observed_at"], name="memory_newest"),
            models.Index(
                fields=["coach", "-importance", "-observed_at"], condition=CURRENT, name="memory_weightiest"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["coach", "external_id"], name="memory_external_once")]


class ClientKnowledge(Fact):
    """A fact about one client. The coach's, never shown to the client as it stands."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="knowledge")
    superseded_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TenantManager.from_queryset(FactQuerySet)()

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["coach", "client", "-observed_at"], name="knowledge_newest"),
            models.Index(
                fields=["coach", "client", "-importance", "-observed_at"],
                condition=CURRENT,
                name="knowledge_weightiest",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["coach", "client", "external_id"], name="knowledge_external_once")
        ]
