"""Turns in every state, and what hangs on them, as rows of one coach."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from coaching.models import CoachingProfile
from companion.actions import conversations
from companion.models import Conversation, Message, MicroInteraction, Notification, Turn
from journeyloop.tenancy import tenant

Status = Turn.Status


def say(coach: CoachingProfile, text: str = "Who is coming this week?") -> Turn:
    """Let the coach say something; the turn waits."""
    with tenant(coach.pk):
        return conversations.say(text=text).turn


def answer(coach: CoachingProfile, turn: Turn, text: str = "Three people.", **changes: Any) -> Turn:
    """Finish a turn with this answer."""
    with tenant(coach.pk):
        conversation = Conversation.objects.get()
        conversation.last_number += 1
        conversation.save(update_fields=["last_number"])
        Message.objects.create(
            conversation=conversation,
            turn=turn,
            number=conversation.last_number,
            role=Message.Role.COMPANION,
            text=text,
        )
    return change(coach, turn, status=Status.DONE, partial_text="", **changes)


def change(coach: CoachingProfile, turn: Turn, **values: Any) -> Turn:
    """Put a turn into another state."""
    with tenant(coach.pk):
        Turn.objects.filter(pk=turn.pk).update(**values)
        turn.refresh_from_db()
    return turn


def ask(coach: CoachingProfile, turn: Turn, kind: str, **values: Any) -> MicroInteraction:
    """Let a turn ask a small question."""
    with tenant(coach.pk):
        question: MicroInteraction = MicroInteraction.objects.create(
            turn=turn, kind=kind, prompt="How ready do you feel?", **values
        )
    return question


def notify(coach: CoachingProfile, text: str = "I updated what I know.", **values: Any) -> Notification:
    """Tell the coach something in a line."""
    with tenant(coach.pk):
        notice: Notification = Notification.objects.create(text=text, **values)
    return notice


@contextmanager
def rows_of(coach: CoachingProfile) -> Iterator[None]:
    """Read the coach's rows."""
    with tenant(coach.pk):
        yield
