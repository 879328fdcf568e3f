"""
What a coach says beside the point while the offline model gets to know them. Pure.

They want no questions, ask something back, or answer two things in one breath.
"""

import re
from collections.abc import Mapping

from companion.engine import bootstrap as b
from companion.engine.backends import people
from companion.engine.backends.reading import Reading
from companion.engine.backends.variety import spoken
from companion.engine.response import CompanionResponse, TopicUpdate

_STOP = spoken(
    r"\b(no more|stop (with )?(the|your|all the|these)?|enough (with )?(the|your)?|(too|so) many)"
    r" ?questions\b"
    r"|\bstop asking\b|\bjust stop\b|\bleave me (alone|in peace)\b"
)
GO_ON = spoken(
    r"^\W*((ok(ay)?|fine|all right|right|then|so|please)\W+)*"
    r"(go on|carry on|continue|go ahead|ask( away)?|next question|resume)\b"
)
_PAUSED = "Say “go on” whenever you want them."
"""Ends every answer while the coach wants no questions: the next one is known by it."""

_VOLUNTEERED: Mapping[str, re.Pattern[str]] = {
    "voice": spoken(
        r"^\W*(and )?(please )?(be|keep it|sound|talk|speak)\b.{0,24}\b(brief|short|warm|dry|plain|slow)"
    ),
    "candour": spoken(r"\b(frank|candid|blunt|honest|straight) with me\b|^\W*say it straight\b"),
    "boundaries": spoken(r"^\W*(and )?(please )?never \w+"),
    "clients": spoken(r"^\W*(and )?(i coach|i work with|my clients are|the people i coach)\b"),
    "method": spoken(
        r"\b(six|eight|ten|twelve|\d+) sessions\b|\b(fortnight|a week) apart\b|\bevery (two|other) weeks?\b"
    ),
    "help": spoken(r"\boff my hands\b|\bhelp me (most )?with\b"),
}
"""Answers to topics that nobody has asked about yet, given in the same breath; only the unmistakable ones."""
_SENTENCE = re.compile(r"[^.;\n]+[.;]?")


def without_questions(reading: Reading) -> CompanionResponse | None:
    """Answer without asking anything, once the coach has said that they want no questions."""
    if _STOP.search(reading.message):
        words = "Understood, no more questions for now. What you told me so far is kept."
    elif _PAUSED not in reading.last_reply or GO_ON.search(reading.message):
        return None
    elif told := asked_back(reading):
        words = told.chat_message
    elif reading.message.rstrip().endswith("?"):
        words = "That opens once we know each other a little; I will not press you."
    else:
        words = "Noted for this conversation. My own questions can wait."
    return CompanionResponse(chat_message=f"{words}\n\n{_PAUSED}")


def asked_back(reading: Reading) -> CompanionResponse | None:
    """Tell what is in the coach's own list or diary, where they ask about that."""
    if not reading.message.rstrip().endswith("?"):
        return None
    return people.roster(reading) or people.diary(reading)


def volunteered(said: str, topics: tuple[b.TopicState, ...], *, asked: str) -> list[TopicUpdate]:
    """Find what the coach answered beside the question."""
    waiting = {state.key for state in topics if state.status in {"open", "asked"}} - {asked}
    found: dict[str, TopicUpdate] = {}
    for sentence in list(_SENTENCE.findall(said))[1:]:
        for key, pattern in _VOLUNTEERED.items():
            if key in waiting and key not in found and pattern.search(sentence):
                found[key] = TopicUpdate(topic=key, result="answered", quote=sentence.strip()[:600])
    return list(found.values())
