"""Questions that were left without an answer. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from companion.engine.analysis.findings import OpenQuestion
from companion.engine.analysis.parts import Line
from companion.engine.analysis.rules.speech import Sentence, sentences
from companion.engine.words import normal

SHORTEST = 5
"""Words: "Really?" is no question."""
_NO_ANSWER = re.compile(
    r"^\W*(um,?|uh,?|well,?|hmm?,?|mm+h?,?|oh,?|yeah,?)*\W*"
    r"(i (really |just )?(don't|do not) (really )?know|i'm not sure|not sure|(i have )?no idea|good question)"
    r"\W*$"
)
_ASKS = re.compile(r"\b(what|how|why|who|where|when|which|would|could|should|can|will|do|did|is|are)\b")


def left_open(lines: Sequence[Line]) -> list[OpenQuestion]:
    """
    List questions that got "I don't know", and those of the client that got another question.

    What comes after the last line is not known here, so a question at the very end is not listed.
    """
    found = []
    for asked, answer in pairwise(lines):
        question = _last_question(asked)
        if question and asked.role != answer.role and _is_left_open(asked, answer):
            who = "The client asked" if asked.role == "client" else "The coach asked"
            found.append(
                OpenQuestion(
                    text=question.told(who),
                    evidence=[question.quote],
                    owner="client" if asked.role == "client" else "coach",
                )
            )
    return found


def _last_question(line: Line) -> Sentence | None:
    said = sentences([line])
    if line.role == "other" or not said or not said[-1].is_question:
        return None
    question = said[-1]
    return question if question.length >= SHORTEST and _ASKS.search(question.folded) else None


def _is_left_open(asked: Line, answer: Line) -> bool:
    if _NO_ANSWER.match(normal(answer.text)):
        return True
    said = sentences([answer])
    return asked.role == "client" and len(said) == 1 and said[0].is_question and said[0].length >= SHORTEST
