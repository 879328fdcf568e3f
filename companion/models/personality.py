"""Who the companion is for one coach: six layers with their history, and how far bootstrap has come."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models.functions import Now

from companion.models.conversation import Message, Turn
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class Layer(models.TextChoices):
    """The six layers, in the order in which the prompt reads them."""

    SOUL = "soul", "Soul"
    IDENTITY = "identity", "Identity"
    COACH_KNOWLEDGE = "coach_knowledge", "Coach knowledge"
    INSTRUCTIONS = "instructions", "Instructions"
    ENVIRONMENT = "environment", "Environment"
    CLIENT_PERSONA = "client_persona", "Client persona"


class PersonalityQuerySet(TenantQuerySet["CompanionPersonality"]):
    """Reads over the open tenant's layers."""

    def written(self) -> Self:
        """Keep the layers that hold text."""
        return self.exclude(text="")


class CompanionPersonality(TenantModel):
    """One layer as it stands now; `version` counts its changes and 0 means never written."""

    layer = models.CharField(max_length=20, choices=Layer)
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    token_estimate = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(PersonalityQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach", "layer"], name="personality_layer_once")]

    def __str__(self) -> str:
        return self.layer

    @property
    def is_set(self) -> bool:
        """Whether the layer holds text."""
        return bool(self.text)


class PersonalityVersion(TenantModel):
    """One text that a layer has held. Kept so that every change can be seen and undone."""

    class Source(models.TextChoices):
        COACH = "coach", "Written by you"
        BOOTSTRAP = "bootstrap", "From getting to know you"
        PROPOSAL = "proposal", "Proposed, confirmed by you"
        COMPANION = "companion", "Written by the companion"
        RESTORE = "restore", "Restored by you"

    personality = models.ForeignKey(CompanionPersonality, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    token_estimate = models.PositiveIntegerField()
    source = models.CharField(max_length=10, choices=Source)
    turn = models.ForeignKey(Turn, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["PersonalityVersion"]()

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["coach", "personality", "version"], name="personality_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version}"


class CompanionState(TenantModel):
    """One row a coach: how far the companion has got to know them, and what it may spend."""

    class Bootstrap(models.TextChoices):
        NOT_STARTED = "not_started", "Not started"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETE = "complete", "Complete"

    bootstrap_status = models.CharField(max_length=12, choices=Bootstrap, default=Bootstrap.NOT_STARTED)
    bootstrap_began_at = models.DateTimeField(null=True, blank=True)
    """When the present round of questions began."""
    capabilities_unlocked = models.BooleanField(default=False)
    unlocked_at = models.DateTimeField(null=True, blank=True)
    daily_budget_usd = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal("5.00"))
    """What model calls may cost in one local day."""

    objects = TenantManager["CompanionState"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach"], name="companion_state_once"),
            models.CheckConstraint(
                condition=models.Q(capabilities_unlocked=True) ^ models.Q(unlocked_at__isnull=True),
                name="unlocked_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.bootstrap_status


class BootstrapTopic(TenantModel):
    """One thing to learn about the coach, what became of it, and their own words for it."""

    class Status(models.TextChoices):
        OPEN = "open", "Not asked yet"
        ASKED = "asked", "Asked"
        ANSWERED = "answered", "Answered"
        SKIPPED = "skipped", "Skipped"

    key = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    quote = models.TextField(blank=True)
    """Verbatim words of the coach's that answer it."""
    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    """The message that holds the quote."""

    objects = TenantManager["BootstrapTopic"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach", "key"], name="bootstrap_topic_once")]

    def __str__(self) -> str:
        return self.key
