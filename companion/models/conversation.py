"""Conversations, their messages, and the turns in which the companion answers."""

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from coaching.models import Client
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class Conversation(TenantModel):
    """One thread between a coach and the companion."""

    class Kind(models.TextChoices):
        MAIN = "main", "Conversation"

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MAIN)
    last_number = models.PositiveIntegerField(default=0)
    """Counts messages and turns; raising it under the row lock keeps their order."""
    memory_text = models.TextField(blank=True)
    """Part 4 of the prompt as this thread began with it; frozen so that the prompt cache holds."""
    memory_told = models.TextField(blank=True)
    """Part 4 as the model was last told it, changes in later notes included."""
    memory_taint = models.PositiveSmallIntegerField(default=0)
    """Highest engine.capabilities.Taint of what stands in `memory_text`, forgotten or not."""
    summary = models.TextField(blank=True)
    """The turns up to the one numbered `summary_until`, folded."""
    summary_until = models.PositiveIntegerField(default=0)
    summary_taint = models.PositiveSmallIntegerField(default=0)
    """Highest taint of the turns that were folded into `summary`."""
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["Conversation"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["coach"], condition=models.Q(kind="main"), name="one_main_conversation"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class TurnQuerySet(TenantQuerySet["Turn"]):
    """Reads over the open tenant's turns."""

    def unfinished(self) -> Self:
        """Keep turns that still wait or run."""
        return self.filter(status__in=Turn.UNFINISHED)

    def held(self, *, fence: int) -> Self:
        """Keep the turn only while the lease with this fence still holds it."""
        return self.filter(status=Turn.Status.RUNNING, fence=fence)


class Turn(TenantModel):
    """
    One answer in the making. The row is the truth; whatever RQ knows can be lost.

    queued → running → done | failed | cancelled. A claim raises `fence` and takes a lease by the
    database's clock; every later write of that claim names its fence and stops when it was overtaken.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Writing"
        DONE = "done", "Answered"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Stopped"

    class Kind(models.TextChoices):
        CHAT = "chat", "Conversation"
        CLEAN = "clean", "Clean draft"

    UNFINISHED: ClassVar[tuple[str, ...]] = (Status.QUEUED, Status.RUNNING)

    SYSTEM_READS = (
        "id",
        "coach_id",
        "conversation_id",
        "number",
        "kind",
        "status",
        "fence",
        "attempts",
        "lease_until",
        "not_before",
        "queued_at",
        "finished_at",
        "error_code",
        "model_name",
    )
    SYSTEM_WRITES = ("status", "fence", "attempts", "lease_until")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    """Place in the conversation; turns of one conversation run in this order."""
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CHAT)
    clean_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="clean_turns")
    """The tainted turn whose request this one drafts from the coach's own words alone."""
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(db_default=Now())
    """A retry waits until then."""
    queued_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    request_key = models.CharField(max_length=64, null=True)  # noqa: DJ001 - NULL keeps the constraint off
    """The form's token: the same form posted twice makes one turn."""
    partial_text = models.TextField(blank=True)
    """Checkpoint of the text that is being written."""
    error_code = models.CharField(max_length=24, blank=True)
    error_words = models.TextField(blank=True)
    """What the coach reads when the turn failed."""
    model_name = models.CharField(max_length=80, blank=True)
    taint = models.PositiveSmallIntegerField(default=0)
    """Highest taint of what was really sent (engine.capabilities.Taint)."""
    refusals = models.JSONField(default=list)
    """Parts of the answer that were not carried out: [{code, what, why}]."""

    objects = TenantManager.from_queryset(TurnQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach", "conversation", "number"], name="turn_number_once"),
            models.UniqueConstraint(fields=["coach", "request_key"], name="turn_request_once"),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(status="queued"), name="turn_due"),
            models.Index(fields=["lease_until"], condition=models.Q(status="running"), name="turn_leased"),
            models.Index(
                fields=["conversation", "number"],
                condition=models.Q(status__in=["queued", "running"]),
                name="turn_order",
            ),
            # What operators look at: what has ended lately, of all practices.
            models.Index(
                fields=["finished_at"], condition=models.Q(finished_at__isnull=False), name="turn_finished"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_unfinished(self) -> bool:
        """Whether an answer is still to come."""
        return self.status in self.UNFINISHED


class Message(TenantModel):
    """One bubble: the coach's words, or the companion's final answer to a turn."""

    class Role(models.TextChoices):
        COACH = "coach", "You"
        COMPANION = "companion", "Companion"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="messages")
    """The turn that this message asked for, or that wrote it."""
    number = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role)
    text = models.TextField()
    context_note = models.TextField(blank=True)
    """What the prompt put beside the coach's words (recalled facts, local time), replayed byte for byte."""
    client = models.ForeignKey(Client, on_delete=models.SET_NULL, null=True, related_name="+")
    """The client whose page the coach was on."""
    taint = models.PositiveSmallIntegerField(default=0)
    """Taint of the words themselves: who presses an answer that a turn put ready has not written it."""
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["Message"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach", "conversation", "number"], name="message_number_once"),
            models.UniqueConstraint(fields=["coach", "turn", "role"], name="one_message_a_turn_and_role"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
