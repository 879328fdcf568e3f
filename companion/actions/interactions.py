"""Small questions: answered in the conversation, or set aside."""

from dataclasses import dataclass
from datetime import datetime

from companion.engine.capabilities import Taint
from companion.engine.response import storable
from companion.models import MicroInteraction

Kind, Status = MicroInteraction.Kind, MicroInteraction.Status
CAPTURE_LIMIT = 2_000


class AnswerError(Exception):
    """The answer does not fit the question; the words are for the coach."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the coach says with an answer, and how far that is their own."""

    text: str
    taint: Taint = Taint.COACH


def answer(*, interaction: MicroInteraction, answer: str, now: datetime) -> Words:
    """
    Take the coach's answer and return it as the message that they say with it.

    Raises AnswerError; an answered question cannot be answered again.
    """
    text = _fitting(interaction, storable(answer).strip())
    taken = MicroInteraction.objects.filter(pk=interaction.pk, status=Status.OPEN).update(
        status=Status.ANSWERED, answer=text, answered_at=now
    )
    if not taken:
        raise AnswerError("This question has been answered already.")
    if interaction.kind == Kind.CHOICE:
        # The label is the model's. A turn that had read a client's words may have written theirs onto it.
        return Words(text, Taint(interaction.turn.taint))
    return Words(f"{text} of 10" if interaction.kind == Kind.RATING else text)


def set_aside(*, interaction: MicroInteraction, now: datetime) -> None:
    """Leave a question unanswered."""
    MicroInteraction.objects.filter(pk=interaction.pk, status=Status.OPEN).update(
        status=Status.DISMISSED, answered_at=now
    )


def _fitting(interaction: MicroInteraction, text: str) -> str:
    if not text:
        raise AnswerError("Choose or write an answer first.")
    if len(text) > CAPTURE_LIMIT:
        raise AnswerError(f"An answer may have {CAPTURE_LIMIT:,} characters; this one has {len(text):,}.")
    allowed = _choices(interaction)
    if allowed and text not in allowed:
        raise AnswerError(f"Choose one of: {', '.join(allowed)}.")
    return text


def _choices(interaction: MicroInteraction) -> list[str]:
    if interaction.kind == Kind.CHOICE:
        return list(interaction.options)
    if interaction.kind == Kind.YES_NO:
        return ["Yes", "No"]
    return [str(number) for number in range(11)] if interaction.kind == Kind.RATING else []
