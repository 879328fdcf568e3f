"""Read turns as the conversation shows them: a few queries for any number of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from companion.models import Message, MicroInteraction, Proposal, Turn
from companion.models.conversation import TurnQuerySet
from journeyloop.tenancy.readings import AnyOf, Reading, read, slot

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
    (found,) = read(_NEWEST() if before is None else _OLDER(before=before))
    found.reverse()
    has_older = len(found) > PAGE
    predecessor = found.pop(0) if has_older else None
    everything = _everything_of(found)
    cards = []
    for turn in found:
        cards.append(_card(turn, everything, after=predecessor))
        predecessor = turn
    return Page(cards=cards, older_than=found[0].number if has_older else None)


def one(turn: Turn) -> TurnCard:
    """Read one turn as it stands now."""
    fresh = _turns().get(pk=turn.pk)
    return _card(fresh, _everything_of([fresh]), after=_before(fresh))


def just_said(message: Message, turn: Turn) -> TurnCard:
    """Show a turn that has only just been queued: nothing else hangs on it yet."""
    return TurnCard(turn=turn, said=message, day=_day_begun(turn, after=_before(turn)), is_last=True)


def _turns() -> TurnQuerySet:
    # What the prompt keeps beside the words is long, and no page shows it.
    kept_for_prompts = [f"conversation__{name}" for name in ("memory_text", "memory_told", "summary")]
    return Turn.objects.select_related("conversation").defer(*kept_for_prompts)


@dataclass(frozen=True, slots=True)
class _Everything:
    """What hangs on some turns."""

    messages: Sequence[Message]
    questions: Sequence[MicroInteraction]
    proposals: Sequence[Proposal]


def _everything_of(turns: Sequence[Turn]) -> _Everything:
    ids = [turn.pk for turn in turns]
    return _Everything(*read(_MESSAGES(turns=ids), _QUESTIONS(turns=ids), _PROPOSALS(turns=ids)))


_OF_TURNS = AnyOf("turn", slot("turns"))
_NEWEST = Reading(lambda: _turns().order_by("-number")[: PAGE + 1])
_OLDER = Reading(lambda: _turns().filter(number__lt=slot("before")).order_by("-number")[: PAGE + 1])
_MESSAGES = Reading(lambda: Message.objects.filter(_OF_TURNS).defer("context_note"))
_QUESTIONS = Reading(lambda: MicroInteraction.objects.filter(_OF_TURNS))
_PROPOSALS = Reading(
    lambda: Proposal.objects.filter(_OF_TURNS).select_related("client").order_by("created_at")
)


def _before(turn: Turn) -> Turn | None:
    earlier = Turn.objects.filter(conversation=turn.conversation_id, number__lt=turn.number)
    return earlier.order_by("-number").first()


def _card(turn: Turn, everything: _Everything, *, after: Turn | None) -> TurnCard:
    messages = {message.role: message for message in everything.messages if message.turn_id == turn.pk}
    return TurnCard(
        turn=turn,
        said=messages.get(Message.Role.COACH),
        answer=messages.get(Message.Role.COMPANION),
        question=next((each for each in everything.questions if each.turn_id == turn.pk), None),
        proposals=[each for each in everything.proposals if each.turn_id == turn.pk],
        day=_day_begun(turn, after=after),
        is_last=turn.conversation.last_number == turn.number,
    )


def _day_begun(turn: Turn, *, after: Turn | None) -> date | None:
    day = timezone.localdate(turn.queued_at)
    return None if after and timezone.localdate(after.queued_at) == day else day
