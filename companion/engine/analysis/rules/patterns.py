"""Two minds about one thing, and "whenever this, I do that": found by form, in the client's words. Pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from companion.engine.analysis.findings import Hypothesis, Loop, Quote
from companion.engine.analysis.material import KnownLoop
from companion.engine.analysis.rules.speech import Sentence, beginning, of
from companion.engine.words import normal, terms

MOST = 2
_ONCE = re.compile(r"\bwhen i was\b|\bi('d| would)\b")
NEXT = 2
"""Utterances: what somebody goes on with after a short word of the other."""
SHORTEST = 4
"""Words on either side of a "but"."""
_WANTS = re.compile(r"\b(i|i'd|i just|i really) (want|wanna|need|would like|like to|wish|hope)\b")
_BUT = re.compile(r"(yeah|yes|well|um|i mean|\W)*\bbut (i|it|it's|what|my|the|that)\b")
_WHENEVER = re.compile(
    r"\b(?P<trigger>(?:whenever|every time|when|as soon as|if)\s[^,;]{6,110}),\s*"
    r"(?P<behaviour>(?:like,? )?(?:I|I'm|it gets me|then I)\b[^,;.]{4,110}?)"
    r"(?:,?\s+(?P<payoff>(?:because|'cause|so that|so|and then|and it)\s[^,;.]{4,110})|(?=[,;.]|$))",
    re.IGNORECASE,
)
_HABIT = re.compile(
    r"\b(whenever|every time|usually|always|sometimes|just|keep|like to|as soon as|gets me)\b"
)


def two_minds(said: Sequence[Sentence]) -> list[Hypothesis]:
    """Set a wish of the client beside the "but" with which they went on, in the same breath or the next."""
    spoken = [sentence for sentence in of("client", said) if not sentence.is_question]
    found = [_pair(wish, *parts) for wish in spoken if (parts := _split(wish))]
    for wish, other in pairwise(spoken):
        if _WANTS.search(wish.folded) and _BUT.match(other.folded) and other.number - wish.number <= NEXT:
            found.append(_pair(wish, beginning(wish.text), other.text, number=other.number))
    return found[:MOST]


def _split(sentence: Sentence) -> tuple[str, str] | None:
    wish, but, reason = sentence.text.partition(" but ")
    wish, enough = beginning(wish), min(len(wish.split()), len(reason.split())) >= SHORTEST
    return (wish, f"but {reason}") if but and enough and _WANTS.search(normal(wish)) else None


def _pair(said: Sentence, wish: str, reason: str, *, number: int | None = None) -> Hypothesis:
    return Hypothesis(
        text=f"The client may be torn here: “{wish}”",
        evidence=[Quote(utterance=said.number, quote=wish)],
        against=[Quote(utterance=number or said.number, quote=beginning(reason))],
        alternative="Both may hold, each at its own time.",
    )


def loops(said: Sequence[Sentence], known: Sequence[KnownLoop]) -> list[Loop]:
    """Find sentences of the client of the form "whenever this, I do that, because"."""
    found = []
    for sentence in of("client", said):
        match = _WHENEVER.search(sentence.quote.quote)
        if match and _HABIT.search(sentence.folded) and not _ONCE.search(normal(match[0])):
            steps = {name: (match[name] or "").strip() for name in ("trigger", "behaviour", "payoff")}
            found.append(
                Loop(
                    text=sentence.told("The client described a pattern"),
                    evidence=[sentence.quote],
                    earlier=_earlier(sentence, known),
                    **steps,
                )
            )
    return found[:MOST]


def _earlier(sentence: Sentence, known: Sequence[KnownLoop]) -> str:
    """Name the loop of an earlier session that shares two words with this one."""
    mine = set(terms(sentence.text))
    shared = [(len(mine & set(terms(f"{loop.trigger} {loop.behaviour}"))), loop.ref) for loop in known]
    most, ref = max(shared, default=(0, ""))
    return ref if most >= 2 else ""
