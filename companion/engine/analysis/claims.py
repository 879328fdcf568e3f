"""What is left of the findings once the transcript has been asked: claims with their evidence. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from companion.engine.analysis.findings import LoopState, Owner, Stance
from companion.engine.analysis.material import Role
from companion.engine.analysis.principles import PrincipleKey

Kind = Literal[
    "summary",
    "theme",
    "commitment",
    "question",
    "hypothesis",
    "goal",
    "observation",
    "loop",
    "strength",
    "opportunity",
]
Side = Literal["supports", "contradicts"]
Reason = Literal[
    "quote_not_found",
    "misquoted",
    "no_evidence",
    "wrong_speaker",
    "not_in_evidence",
    "clinical_words",
    "medication",
    "from_the_voice",
    "unknown_goal",
    "no_alternative",
    "too_many",
    "malformed",
]

WHY: Mapping[Reason, str] = {
    "quote_not_found": "quoted words that are not in the transcript",
    "misquoted": "lost one of several quotations, which is not in the transcript",
    "no_evidence": "had no words to rest on",
    "wrong_speaker": "rested on somebody else's words",
    "not_in_evidence": "named a number, a name or a date that its words do not hold",
    "clinical_words": "used the words of a diagnosis",
    "medication": "spoke of medicine",
    "from_the_voice": "read a feeling out of a voice or a face",
    "unknown_goal": "named a goal that the client does not have",
    "no_alternative": "was a guess without another way to see it",
    "too_many": "went beyond what anybody would read",
    "malformed": "did not fit the form",
}
"""Each reason after "so many statements"."""

SECTIONS: Mapping[str, Kind] = {
    "summary": "summary",
    "themes": "theme",
    "commitments": "commitment",
    "questions": "question",
    "hypotheses": "hypothesis",
    "goals": "goal",
    "observations": "observation",
    "loops": "loop",
    "strengths": "strength",
    "opportunities": "opportunity",
}
"""Which list of the findings makes which kind, in the order in which they are read."""

MOST: Mapping[Kind, int] = {
    "summary": 6,
    "theme": 6,
    "commitment": 12,
    "question": 8,
    "hypothesis": 4,
    "goal": 6,
    "observation": 10,
    "loop": 4,
    "strength": 5,
    "opportunity": 5,
}
"""How many of a kind a coach reads. One session, however long."""

NEEDS_WORDS: frozenset[Kind] = frozenset(
    {"commitment", "question", "hypothesis", "goal", "loop", "strength", "opportunity"}
)
"""Kinds that are nothing without evidence; of the others one without is labelled an inference."""

WHOSE: Mapping[Kind, Role] = {
    "hypothesis": "client",
    "goal": "client",
    "observation": "client",
    "loop": "client",
    "strength": "coach",
    "opportunity": "coach",
}
"""Whose words at least one piece of the evidence must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One quotation: `words` is `text[start:end]` of the utterance with this number, in code points."""

    number: int
    start: int
    end: int
    words: str
    side: Side = "supports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement about a session. Only the fields of its kind are set."""

    kind: Kind
    text: str
    evidence: tuple[Span, ...] = ()
    is_inference: bool = False
    """No words were given for it; it is shown as the companion's own reading."""
    owner: Owner | None = None
    """Of a commitment: who will do it. Of a question: who asked it."""
    due: str = ""
    alternative: str = ""
    goal: str = ""
    """The goal's ref."""
    stance: Stance | None = None
    goal_delta: int = 0
    milestone: str = ""
    trigger: str = ""
    behaviour: str = ""
    payoff: str = ""
    state: LoopState | None = None
    earlier: str = ""
    """The ref of the same loop in an earlier session."""
    principle: PrincipleKey | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that a model wrote."""
        told = (self.text, self.alternative, self.milestone, self.trigger, self.behaviour, self.payoff)
        return tuple(each for each in told if each)


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that a model said and that is not shown. Its words are not kept."""

    kind: Kind
    reason: Reason
