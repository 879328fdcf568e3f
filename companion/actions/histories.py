"""What was said before in a conversation: finished turns, and the summary of older ones."""

from collections.abc import Iterable
from typing import Any

from companion.engine.capabilities import Taint, worst
from companion.engine.folding import fold
from companion.engine.prompt_assembler import PastTurn
from companion.models import Conversation, Message

HISTORY_TOKENS = 24_000
"""Past this the older half of a conversation is folded into its summary."""
FOLDED = ("summary", "summary_until", "summary_taint", "memory_text", "memory_told", "memory_taint")


def is_anothers(rows: Iterable[Any], *, conversation: Conversation, model_name: str) -> bool:
    """
    Say whether a client's words stand before, and another model than this has answered.

    A client agrees to a company that reads their words, and not to the next one.
    """
    others = [row.turn__taint for row in rows if row.turn__model_name != model_name]
    return bool(others) and max(conversation.summary_taint, *others) >= Taint.CLIENT


def begin_anew(conversation: Conversation, *, after: int) -> None:
    """Let the model see nothing up to this turn's number."""
    conversation.summary, conversation.summary_until = "", after
    conversation.memory_text = conversation.memory_told = ""
    conversation.summary_taint = conversation.memory_taint = Taint.COACH
    conversation.save(update_fields=FOLDED)


def is_left_behind(decided: Any, *, conversation: Conversation) -> bool:
    """Say whether a card holds words of others out of turns that the model sees no more."""
    taint, number = decided.turn__taint or 0, decided.turn__number or 0
    return taint >= Taint.CLIENT and number <= conversation.summary_until


def folded(rows: Iterable[Any], *, conversation: Conversation) -> tuple[tuple[PastTurn, ...], str]:
    """
    Make turns of the rows of PAST, and give the summary of older ones.

    Folds the oldest into the summary when they have grown too long; the summary keeps the worst taint of all
    that were folded into it.
    """
    past = _past_turns(rows)
    plan = fold([each for _, each in past], summary=conversation.summary, limit_tokens=HISTORY_TOKENS)
    if plan.folded:
        conversation.summary = plan.summary
        conversation.summary_until = past[plan.folded - 1][0]
        folded_taints = (each.taint for _, each in past[: plan.folded])
        conversation.summary_taint = worst([Taint(conversation.summary_taint), *folded_taints])
        # The beginning of the prompt moves anyway, so what is known may move with it.
        conversation.memory_text = conversation.memory_told = ""
        conversation.memory_taint = Taint.COACH
        conversation.save(update_fields=FOLDED)
    return tuple(each for _, each in past[plan.folded :]), conversation.summary


def _past_turns(rows: Iterable[Any]) -> list[tuple[int, PastTurn]]:
    asked: dict[int, tuple[str, str]] = {}
    past = []
    for number, role, text, note, taint, _ in rows:
        if role == Message.Role.COACH:
            asked[number] = (text, note)
        elif number in asked:
            said, its_note = asked[number]
            past.append((number, PastTurn(message=said, note=its_note, reply=text, taint=Taint(taint))))
    return past
