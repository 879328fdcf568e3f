"""Promises: sentences in which somebody says what they will do. Pure."""

import re
from collections.abc import Sequence

from companion.engine.analysis.findings import Commitment
from companion.engine.analysis.rules.speech import Sentence

_WILL = re.compile(
    r"(?:^\W*|[,;] \W*|\b(?:and|but|so|then|think|guess|um|uh|well|yeah|okay|no|now|also|definitely)\W+)"
    r"(i'll|i will|i'm going to|i am going to|i'm gonna|i promise( to| that)?|i plan to"
    r"|i've decided to|i commit to|let me (send|e-?mail|check|find out|write|get back))\s+"
    r"(definitely |certainly |really |also |just |then |try to |make sure (to |that )?|go and )*"
    r"(?P<what>[a-z']+)"
)
_NO_PROMISE = re.compile(
    r"\b(if|whether|when|unless|until) i('ll|'m| will)"
    r"|\bi('ll| will) (never|probably|not|always|have to|be)\b"
    r"|\bi('m| am) (not|never) (going|gonna)|\bwhat i('ll|'m| will)\b"
    r"|\b(feel|felt|thought|think|worried|afraid|scared) (like |that )?i'm g"
    r"|\b(like|i'm like|i was like|goes|thinking|say|said),? \W*i('ll|'m)\b"
)
_IDLE_TEXT = """
    say tell admit be let mention hear see have get end feel know think never not probably die need want
    like miss lose keep come turn fall hurt fail hate love stop
"""
_IDLE = frozenset(_IDLE_TEXT.split())
"""What is only said, or happens to somebody: no promise."""
_HERE_TEXT = """
    ask start begin read repeat summarise summarize give share talk show explain jump back invite pause
"""
_HERE = frozenset(_HERE_TEXT.split())
"""What a coach announces for this very hour."""
_DAY = r"(mon|tues|wednes|thurs|fri|satur|sun)day"
_DUE = re.compile(
    rf"\b((by|on|before|until|this|next|every) (the )?(next )?({_DAY}|week|weekend|month|morning|afternoon"
    r"|evening|night|end of (the|this) (day|week|month)|session|time)s?"
    r"|tomorrow( (morning|afternoon|evening|night))?|tonight|later today|today"
    r"|(in|within) (the next |a |two |three )?(couple of |few )?(days?|weeks?|months?)"
    r"|(once|twice|three times|four times) a (day|week))\b",
    re.IGNORECASE,
)
SHORTEST = 4
"""Words: "I will." promises nothing that can be kept."""


def commitments(said: Sequence[Sentence]) -> list[Commitment]:
    """List what client and coach said they would do, each in their own words."""
    return [
        Commitment(
            text=sentence.told("The client said" if sentence.role == "client" else "The coach said"),
            evidence=[sentence.quote],
            owner="client" if sentence.role == "client" else "coach",
            due=due(sentence.text),
        )
        for sentence in said
        if sentence.role != "other" and _promises(sentence)
    ]


def _promises(sentence: Sentence) -> bool:
    found = _WILL.search(sentence.folded)
    if not found or sentence.is_question or sentence.length < SHORTEST:
        return False
    idle = _IDLE | _HERE if sentence.role == "coach" else _IDLE
    return found["what"] not in idle and not _NO_PROMISE.search(sentence.folded)


def due(text: str) -> str:
    """Find when, in the words that were used; empty when nobody said."""
    found = _DUE.search(text)
    return found[0] if found else ""
