"""What changed between two texts, word by word. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "added", "removed"]

WORDS_COMPARED = 4_000
"""Past this the matcher would take too long for a page; then the whole middle counts as rewritten."""

CRUMB = 3
"""A stretch that both have and that is no longer than this, between two changes, says nothing by itself."""

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that both have, or only one of them."""

    kind: Kind
    text: str


def words(before: str, after: str) -> tuple[Segment, ...]:
    """
    Compare two texts; the segments that are not added make up `before`, those not removed `after`.

    What was removed stands before what took its place.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if len(old) + len(new) > WORDS_COMPARED:
        return tuple(_rewritten(old, new))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(_joined(_changes(matcher, old, new)))


def has_changes(segments: tuple[Segment, ...]) -> bool:
    """Tell whether anything differs."""
    return any(segment.kind != "same" for segment in segments)


def _changes(matcher: "SequenceMatcher[str]", old: list[str], new: list[str]) -> Iterator[Segment]:
    """Walk the matcher's steps; a crumb between two changes counts as changed, or it reads choppy."""
    steps = matcher.get_opcodes()
    for number, (tag, i, j, k, m) in enumerate(steps):
        is_between = 0 < number < len(steps) - 1
        if tag == "equal" and not (is_between and len("".join(old[i:j]).strip()) <= CRUMB):
            yield Segment("same", "".join(old[i:j]))
        else:
            yield Segment("removed", "".join(old[i:j]))
            yield Segment("added", "".join(new[k:m]))


def _joined(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Gather each run of changes into one removal and one addition."""
    removed = added = ""
    for segment in segments:
        if segment.kind == "removed":
            removed += segment.text
        elif segment.kind == "added":
            added += segment.text
        else:
            yield from _run(removed, added)
            removed = added = ""
            yield segment
    yield from _run(removed, added)


def _run(removed: str, added: str) -> Iterator[Segment]:
    if removed:
        yield Segment("removed", removed)
    if added:
        yield Segment("added", added)


def _rewritten(old: list[str], new: list[str]) -> Iterator[Segment]:
    """Find what both begin and end with, which takes no time, and call the rest rewritten."""
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    if head:
        yield Segment("same", "".join(old[:head]))
    yield from _run("".join(old[head : len(old) - tail]), "".join(new[head : len(new) - tail]))
    if tail:
        yield Segment("same", "".join(old[len(old) - tail :]))
