"""The rows that every turn reads; `scenes` makes the parts of a prompt of them."""

from django.db.models import Max, Min, Q, Subquery
from django.db.models.functions import Coalesce

from coaching.models import Client, CoachingSession, User
from companion.models import (
    CompanionContext,
    CompanionPersonality,
    CompanionSkill,
    CompanionState,
    Conversation,
    Message,
    Proposal,
    Turn,
)
from journeyloop.tenancy.readings import Reading, slot

MOST = 40
"""Clients, and sessions, that one prompt names."""

# --- what every turn is about: by its id and its fence -------------------------------------------------


TURN = Reading(lambda: Turn.objects.filter(pk=slot("turn")).held(fence=slot("fence")))
CONVERSATION = Reading(lambda: Conversation.objects.filter(turns=slot("turn")))
COACH = Reading(lambda: User.objects.filter(coaching_profile=slot("coach")))
STATE = Reading(CompanionState.objects.all)
MODE = Reading(lambda: CompanionContext.objects.values_list("mode", named=True))
LAYERS = Reading(lambda: CompanionPersonality.objects.written().values_list("layer", "text", named=True))
# Retired skills and those of other triggers too: the coach's own hides the shared one of its name.
SKILLS = Reading(CompanionSkill.objects.all)


def of_turn(field: str) -> Subquery:
    """Give something of the turn itself, so that what it calls for is read in the same round trip."""
    return Subquery(Turn.objects.filter(pk=slot("turn")).values(field))


# A clean turn answers the words of the turn that it redoes.
MESSAGE = Reading(
    lambda: Message.objects.filter(turn=Coalesce(of_turn("clean_of"), slot("turn")), role=Message.Role.COACH)
)

# --- what else a turn in the conversation is told -----------------------------------------------------

CLIENTS = Reading(
    lambda: (
        # In the order of their names: the same rows always give the same bytes.
        Client.objects.current()
        .annotate(
            held_at=Max("sessions__starts_at", filter=Q(sessions__status="completed")),
            coming_at=Min(
                "sessions__starts_at",
                filter=Q(sessions__status="scheduled", sessions__starts_at__gte=slot("now")),
            ),
        )
        .order_by("name", "pk")
        .values_list("id", "name", "status", "pronouns", "goal_summary", "held_at", "coming_at", named=True)[
            :MOST
        ]
    )
)
SESSIONS = Reading(
    lambda: (
        CoachingSession.objects.upcoming(now=slot("now"))
        .filter(starts_at__lt=slot("until"))
        .values_list("id", "client__name", "starts_at", "title", named=True)[:MOST]
    )
)
PAST = Reading(
    lambda: (
        Message.objects.filter(
            conversation=of_turn("conversation"),
            turn__status=Turn.Status.DONE,
            turn__kind=Turn.Kind.CHAT,
            turn__number__gt=of_turn("conversation__summary_until"),
            turn__number__lt=of_turn("number"),
        )
        .order_by("turn__number", "number")
        .values_list(
            "turn__number", "role", "text", "context_note", "turn__taint", "turn__model_name", named=True
        )
    )
)
"""The messages of the turns that were finished before, as far as they are not folded into the summary."""


def _answered_before() -> Subquery:
    """Say when the last message before this turn was written that was answered."""
    before = Message.objects.filter(
        conversation=of_turn("conversation"),
        turn__number__lt=of_turn("number"),
        role=Message.Role.COACH,
        turn__status=Turn.Status.DONE,
    )
    return Subquery(before.order_by("-number").values("created_at")[:1])


DECIDED = Reading(
    lambda: (
        Proposal.objects.filter(decided_at__gte=_answered_before())
        .exclude(status=Proposal.Status.STALE)
        .order_by("decided_at")
        .values_list("status", "title", "text", "turn__taint", "turn__number", named=True)
    )
)
"""What the coach decided with a click since the last message that was answered."""
