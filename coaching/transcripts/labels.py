"""
Who speaks, where lines say it themselves: "Name: text", "[00:01:02] Name: text", "Name (0:03)" and the like.

A colon stands in ordinary sentences too, so a label counts only if it looks like a name and the file as a
whole is written that way.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from coaching.transcripts.shapes import MAX_LABEL
from coaching.transcripts.times import TIME, milliseconds

_ROLES = """
coach client speaker interviewer interviewee therapist counsellor counselor patient participant host guest
facilitator mentor mentee unknown me you i
"""
_PARTICLES = "de da di do du del der den la le van von bin al el ter y e und and & of the"
_NO_NAMES = """
note notes date time topic session subject title location attendees participants duration recording agenda
summary action actions todo http https re ps nb warning example question answer transcript
"""
ROLES = frozenset(_ROLES.split())
PARTICLES = frozenset(_PARTICLES.split())
NO_NAMES = frozenset(_NO_NAMES.split())
"""Words that stand before a colon at the head of a file, or in the middle of it."""

_SPAN = rf"[\[(]?(?P<start>{TIME})(?:\s*(?:-->|[-–—]|to)\s*(?P<end>{TIME}))?[\])]?"  # noqa: RUF001
_MARKUP = re.compile(r"^(?:[-*>•–—]\s+)?(?:\*\*|__)?")  # noqa: RUF001
_LEADING = re.compile(rf"^{_SPAN}(?=\s|:|$|[^\d:.,])\s*(?:[-–—:]\s+)?(?P<rest>.*)$")  # noqa: RUF001
_BOLD = r"(?:\*\*|__)?"
_COLON = re.compile(
    rf"^(?P<name>[^:：\n]{{1,{MAX_LABEL + 4}}}?)\s*{_BOLD}\s*(?::{_BOLD}(?=\s|$)|：)\s*(?P<rest>.*)$"  # noqa: RUF001
)
_TIMED = re.compile(rf"^(?P<name>[^:\n\d][^:\n]{{0,{MAX_LABEL}}}?)\s*{_SPAN}\s*:?\s*(?P<rest>.*)$")
_NUMBERED = re.compile(r"(?:speaker|participant|person|guest|voice|user)[ _-]?\w{1,3}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How a line begins: who may be speaking, from when to when, and what follows."""

    name: str
    rest: str
    starts_ms: int | None = None
    ends_ms: int | None = None


def head_of(line: str) -> Head | None:
    """Take a line's beginning apart; None when it is just text."""
    line = _MARKUP.sub("", line.strip(), count=1) if line[:1] in "-*>•–—_ " else line.strip()  # noqa: RUF001
    if (led := _LEADING.match(line)) and (starts := milliseconds(led["start"])) is not None:
        ends = milliseconds(led["end"] or "")
        inner = _named(led["rest"])
        name, rest = inner or ("", led["rest"])
        return Head(name=name, rest=rest, starts_ms=starts, ends_ms=ends)
    if (timed := _TIMED.match(line)) and (starts := milliseconds(timed["start"])) is not None:
        name = _label(timed["name"])
        if looks_like_name(name):
            ends = milliseconds(timed["end"] or "")
            return Head(name=name, rest=timed["rest"], starts_ms=starts, ends_ms=ends)
    if named := _named(line):
        return Head(name=named[0], rest=named[1])
    return None


def _named(line: str) -> tuple[str, str] | None:
    found = _COLON.match(line)
    if not found:
        return None
    name = _label(found["name"])
    return (name, found["rest"] or "") if looks_like_name(name) else None


def _label(name: str) -> str:
    return " ".join(name.strip(" \t*_[]<>()-–—").split())  # noqa: RUF001


def looks_like_name(name: str) -> bool:
    """Say whether this could be somebody's name: a few words, each with a capital, or a role."""
    words = name.split()
    if not 1 <= len(words) <= 5 or len(name) > MAX_LABEL or not any(map(str.isalpha, name)):
        return False
    if name.lower() in ROLES or _NUMBERED.match(name):
        return True
    # Scripts without capitals (Arabic, Hebrew, Chinese) have letters that are neither upper nor lower.
    return not name.endswith(("?", "!", ",", ";")) and all(map(_is_name_word, words))


def _is_name_word(word: str) -> bool:
    first = word.lstrip("('\"‘“")[:1]  # noqa: RUF001
    return word.lower() in PARTICLES or not first or not first.islower()


def speakers_among(heads: Iterable[Head], *, lines: int) -> frozenset[str]:
    """
    Choose the labels that are speakers, of a file with so many lines that say something.

    None if the file as a whole is not written with labels.
    """
    counts = Counter(head.name for head in heads if head.name)
    named = sum(counts.values())
    most = counts.most_common(1)[0][1] if counts else 0
    if not named or (named < 0.3 * lines and most < 3):
        return frozenset()
    return frozenset(name for name in counts if counts[name] > 1 or _may_be_one(name))


def _may_be_one(name: str) -> bool:
    """Whether a label that stands once is a name rather than the beginning of a sentence."""
    words = name.split()
    return len(words) <= 3 and not any(word.lower() in NO_NAMES for word in words)
