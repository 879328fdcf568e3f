"""Read turns as the conversation shows them: a few queries for any number of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.utils import timezone

from companion.models import Message, MicroInteraction, Proposal, Turn
from companion.models.conversation import TurnQuerySet

PAGE = 30
"""Turns shown at once; older ones are fetched when asked for."""

LOST_WORDS = "The answer did not arrive. Your message is safe; please try again."
"""For the moment between a given-up turn and the words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCard:
    """One turn with everything that hangs on it."""

    turn: Turn
    said: Message | None = None
    """The coach's words; a turn that redoes another has none of its own."""
    answer: Message | None = None
    question: MicroInteraction | None = None
    proposals: Sequence[Proposal] = ()
    day: date | None = None
    """Set on the first turn of a day, in the coach's time zone."""
    is_last: bool = False
    """Whether nothing has been said since, so that it can be asked again. False once it is answered."""
    question_error: str = ""
    question_text: str = ""
    """What the coach wrote when their answer did not fit."""

    @property
    def written_at(self) -> datetime | None:
        """When the answer ended."""
        return self.answer.created_at if self.answer else self.turn.finished_at

    @property
    def failure(self) -> str:
        """What the coach reads when the turn failed."""
        return self.turn.error_words or LOST_WORDS

    @property
    def is_offline(self) -> bool:
        """Whether the model that ships with the product answered, which follows rules."""
        return self.turn.model_name == "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A stretch of the conversation, oldest first."""

    cards: Sequence[TurnCard]
    older_than: int | None
    """Where the next older page ends; None when this one holds the beginning."""


def newest(*, before: int | None = None) -> Page:
    """Read the last turns, or the last ones before a number."""
    turns = _with_everything(Turn.objects.order_by("-number"))
    if before is not None:
        turns = turns.filter(number__lt=before)
    found = list(turns[: PAGE + 1])[::-1]
    has_older = len(found) > PAGE
    predecessor = found.pop(0) if has_older else None
    cards = []
    for turn in found:
        cards.append(_card(turn, after=predecessor))
        predecessor = turn
    return Page(cards=cards, older_than=found[0].number if has_older else None)


def one(turn: Turn) -> TurnCard:
    """Read one turn as it stands now."""
    fresh = _with_everything(Turn.objects.filter(pk=turn.pk)).get()
    return _card(fresh, after=_before(fresh))


def just_said(message: Message, turn: Turn) -> TurnCard:
    """Show a turn that has only just been queued: nothing else hangs on it yet."""
    return TurnCard(turn=turn, said=message, day=_day_begun(turn, after=_before(turn)), is_last=True)


def _with_everything(turns: TurnQuerySet) -> TurnQuerySet:
    proposals = Proposal.objects.select_related("client").order_by("created_at")
    # What the prompt keeps beside the words is long, and no page shows it.
    kept_for_prompts = [f"conversation__{name}" for name in ("memory_text", "memory_told", "summary")]
    return (
        turns.select_related("conversation")
        .defer(*kept_for_prompts)
        .prefetch_related("interactions")
        .prefetch_related(Prefetch("messages", queryset=Message.objects.defer("context_note")))
        .prefetch_related(Prefetch("proposals", queryset=proposals))
    )


def _before(turn: Turn) -> Turn | None:
    earlier = Turn.objects.filter(conversation=turn.conversation_id, number__lt=turn.number)
    return earlier.order_by("-number").first()


def _card(turn: Turn, *, after: Turn | None) -> TurnCard:
    messages = {message.role: message for message in turn.messages.all()}
    return TurnCard(
        turn=turn,
        said=messages.get(Message.Role.COACH),
        answer=messages.get(Message.Role.COMPANION),
        question=next(iter(turn.interactions.all()), None),
        proposals=list(turn.proposals.all()),
        day=_day_begun(turn, after=after),
        is_last=turn.conversation.last_number == turn.number,
    )


def _day_begun(turn: Turn, *, after: Turn | None) -> date | None:
    day = timezone.localdate(turn.queued_at)
    return None if after and timezone.localdate(after.queued_at) == day else day
