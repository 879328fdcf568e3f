"""
What a model may say about one part of a session: typed lists of small findings. A finding is not yet a claim.

No free dicts, as in `engine.response`. Unknown keys are ignored and an item that does not fit is dropped by
itself, so that one bad finding never costs the others.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from companion.engine.analysis.principles import PrincipleKey
from companion.engine.response import Line, Part, Word, bare_schema, storable_parts

Owner = Literal["client", "coach"]
Stance = Literal["struggle", "intent", "plan", "reflection", "outcome"]
LoopState = Literal["emerging", "active", "changing", "resolved"]

ITEMS_PER_LIST = 24
"""More than this in one list for one part is a runaway."""


class Quote(Part):
    """Words copied from one utterance, and its number."""

    utterance: int
    quote: Line


class Finding(Part):
    """One sentence about the session and the words that it rests on."""

    text: Line
    evidence: list[Quote] = []


class Commitment(Finding):
    """Something that somebody in the session said they would do."""

    owner: Owner
    due: Word = ""
    """When, in the words that were used; empty when nobody said."""


class OpenQuestion(Finding):
    """A question that was left without an answer."""

    owner: Owner
    """Who asked it."""


class Hypothesis(Finding):
    """Something that may be behind what was said."""

    against: list[Quote] = []
    """Words that speak against it."""
    alternative: Line = ""
    """Another way to see the same words."""


class GoalTouched(Finding):
    """One of the client's goals came up."""

    goal: Word
    """Its ref."""


class Observation(Finding):
    """Where the client stands towards something."""

    stance: Stance
    goal: Word = ""
    """The ref of the goal that it bears on, if any."""
    goal_delta: Annotated[int, Field(ge=-10, le=10)] = 0
    """Percentage points nearer to that goal, or farther from it; 0 when nothing was said of it."""
    milestone: Word = ""
    """A milestone that the words show as reached, or propose; empty for none."""


class Loop(Finding):
    """A pattern: what sets it off, what the client then does, what they get from it."""

    trigger: Line
    behaviour: Line
    payoff: Line = ""
    state: LoopState = "emerging"
    earlier: Word = ""
    """The ref of the same pattern in an earlier session, if there is one."""


class CoachMoment(Finding):
    """One moment of the coach's own work, held against a principle."""

    principle: PrincipleKey


class Findings(Part):
    """Everything that was found in one part of a session."""

    summary: list[Finding] = []
    themes: list[Finding] = []
    commitments: list[Commitment] = []
    questions: list[OpenQuestion] = []
    hypotheses: list[Hypothesis] = []
    goals: list[GoalTouched] = []
    observations: list[Observation] = []
    loops: list[Loop] = []
    strengths: list[CoachMoment] = []
    opportunities: list[CoachMoment] = []


LISTS: Mapping[str, type[Finding]] = {
    "summary": Finding,
    "themes": Finding,
    "commitments": Commitment,
    "questions": OpenQuestion,
    "hypotheses": Hypothesis,
    "goals": GoalTouched,
    "observations": Observation,
    "loops": Loop,
    "strengths": CoachMoment,
    "opportunities": CoachMoment,
}


def lenient(answer: Mapping[str, Any]) -> tuple[Findings, Counter[str]]:
    """Read an answer, dropping what does not fit; counts what was dropped, by the name of its list."""
    answer, dropped = storable_parts(answer), Counter[str]()
    parts = {name: _good(name, kind, answer.get(name), dropped) for name, kind in LISTS.items()}
    return Findings.model_validate(parts), dropped


def _good(name: str, kind: type[Finding], raw: object, dropped: Counter[str]) -> list[Finding]:
    items = raw if isinstance(raw, list) else []
    good = []
    for item in items[:ITEMS_PER_LIST]:
        try:
            good.append(kind.model_validate(item))
        except ValidationError:
            dropped[name] += 1
    dropped[name] += max(0, len(items) - ITEMS_PER_LIST)
    return good


@cache
def schema() -> dict[str, Any]:
    """
    Give the JSON schema that goes to the model: no titles, no descriptions; the prompt explains.

    Every key is asked for: providers allow a strict schema few optional ones.
    """
    whole: dict[str, Any] = _all_required(bare_schema(Findings))
    return whole


def _all_required(node: Any) -> Any:
    if isinstance(node, list):
        return [_all_required(item) for item in node]
    if not isinstance(node, dict):
        return node
    asked = {key: _all_required(value) for key, value in node.items()}
    if isinstance(asked.get("properties"), dict):
        asked["required"] = list(asked["properties"])
    return asked
