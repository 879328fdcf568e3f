"""Small things that the companion puts before the coach: questions, notices, and proposals to confirm."""

from typing import Self

from django.db import models
from django.db.models.functions import Now

from coaching.models import Client
from companion.models.conversation import Turn
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet


class MicroInteraction(TenantModel):
    """One question asked in the conversation and answered there with a tap or a line."""

    class Kind(models.TextChoices):
        CHOICE = "choice", "Choice"
        YES_NO = "yes_no", "Yes or no"
        QUICK_CAPTURE = "quick_capture", "Quick capture"
        RATING = "rating", "Rating"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        DISMISSED = "dismissed", "Set aside"

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(max_length=14, choices=Kind)
    prompt = models.CharField(max_length=300)
    options = models.JSONField(default=list)
    """The labels of a choice, in order."""
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    answer = models.TextField(blank=True)
    """As the coach reads it back; also sent as their message."""
    created_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    objects = TenantManager["MicroInteraction"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach", "turn"], name="one_question_a_turn")]

    def __str__(self) -> str:
        return str(self.pk)


class NotificationQuerySet(TenantQuerySet["Notification"]):
    """Reads over the open tenant's notifications."""

    def waiting(self) -> Self:
        """Keep those that the coach has not put away, newest first."""
        return self.filter(dismissed_at__isnull=True).order_by("-created_at")


class Notification(TenantModel):
    """A short notice. It leaves the screen after 8 s unless the coach keeps it."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, null=True, related_name="+")
    text = models.CharField(max_length=240)
    undo_version = models.UUIDField(null=True)
    """The PersonalityVersion that this notice offers to undo."""
    is_kept = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    dismissed_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(NotificationQuerySet)()

    def __str__(self) -> str:
        return str(self.pk)


class ProposalQuerySet(TenantQuerySet["Proposal"]):
    """Reads over the open tenant's proposals."""

    def pending(self) -> Self:
        """Keep those that wait for the coach, oldest first."""
        return self.filter(status=Proposal.Status.PENDING).order_by("created_at")


class Proposal(TenantModel):
    """Something that the companion suggests and only the coach's click does."""

    class Kind(models.TextChoices):
        LAYER = "layer", "Personality"
        SKILL = "skill", "Skill"
        SCHEDULE = "schedule", "Schedule"
        NUDGE = "nudge", "Message draft"
        MEMORY = "memory", "To remember"

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for you"
        CONFIRMED = "confirmed", "Confirmed"
        DISMISSED = "dismissed", "Dismissed"
        STALE = "stale", "Out of date"

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, null=True, related_name="proposals")
    kind = models.CharField(max_length=8, choices=Kind)
    layer = models.CharField(max_length=20, blank=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, null=True, related_name="+")
    title = models.CharField(max_length=160, blank=True)
    text = models.TextField()
    fields = models.JSONField(default=dict)
    """Typed particulars of a skill, a schedule or a fact, as the engine's models dump them."""
    reason = models.CharField(max_length=400, blank=True)
    evidence = models.JSONField(default=list)
    """The words that it rests on: [str]. The coach's own, but for a fact: there `fields` says whose."""
    base_version = models.PositiveIntegerField(default=0)
    """The layer's version that it was written against; another version makes it stale."""
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    objects = TenantManager.from_queryset(ProposalQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["coach", "layer"],
                condition=models.Q(status="pending", kind="layer"),
                name="one_pending_proposal_a_layer",
            ),
            models.CheckConstraint(
                condition=models.Q(status="pending") ^ models.Q(decided_at__isnull=False),
                name="decided_proposal_has_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
