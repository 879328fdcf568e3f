"""
The rolling summary: old turns are folded into few lines, rarely and by rule. Pure.

No model is asked. What matters for long is in memory anyway; this only keeps the thread of the conversation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from companion.engine.memory import label_long
from companion.engine.prompt_assembler import PastTurn, render_message
from companion.engine.tokens import rough

SUMMARY_TOKENS = 1_500
SAID_CAP = 160
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldPlan:
    """What to fold: the first `folded` turns of the history, into a `summary` that replaces the old one."""

    folded: int
    summary: str


def fold(history: Sequence[PastTurn], *, summary: str = "", limit_tokens: int) -> FoldPlan:
    """
    Plan the folding of a history that has grown past the limit.

    It folds down to half the limit, so that the beginning of the prompt moves seldom; the newest turn
    stays. Nothing to do gives a plan that folds no turn and keeps the summary.
    """
    sizes = [rough(render_message(turn.message, turn.note)) + rough(turn.reply) for turn in history]
    if sum(sizes) <= limit_tokens:
        return FoldPlan(folded=0, summary=summary)
    folded, kept = len(history) - 1, sizes[-1]
    while folded > 0 and kept + sizes[folded - 1] <= limit_tokens // 2:
        folded -= 1
        kept += sizes[folded]
    lines = [*summary.splitlines(), *(_line(turn) for turn in history[:folded])]
    return FoldPlan(folded=folded, summary=_newest_that_fit(lines))


def _line(turn: PastTurn) -> str:
    return f"- Coach: {_gist(turn.message)} You: {_gist(turn.reply)}"


def _gist(text: str) -> str:
    """Take the first sentence, and the last when it is a question."""
    sentences = _SENTENCE.split(" ".join(text.split()))
    first, last = sentences[0], sentences[-1]
    gist = f"{first} … {last}" if len(sentences) > 1 and last.endswith("?") else first
    return label_long(gist, SAID_CAP)


def _newest_that_fit(lines: Sequence[str]) -> str:
    kept: list[str] = []
    spent = 0
    for each in reversed(lines):
        spent += rough(each)
        if spent > SUMMARY_TOKENS:
            break
        kept.append(each)
    return "\n".join(reversed(kept))
