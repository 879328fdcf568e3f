"""
Cuts a long session into parts that a model can read, and each part into lines. Pure.

A part ends where somebody stops speaking, and begins with a little of the one before it, so that an answer
is not parted from its question. Only one who speaks for longer than a whole part is cut, at the end of a
sentence.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from companion.engine.analysis.material import Role, Utterance
from companion.engine.framing import plain
from companion.engine.tokens import rough

PART_TOKENS = 6_000
OVERLAP_TOKENS = 400
_SENTENCE = re.compile(r"[^.?!]+[.?!]*\s*|[.?!]+\s*")
_LONGEST_PIECE = 2_000
"""Characters of a sentence that nobody ended; it is cut anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a part: an utterance, or a piece of a very long one."""

    number: int
    role: Role
    text: str

    def written(self) -> str:
        """Give it as the model reads it: nothing in the text can pass for the beginning of another line."""
        return f"[{self.number}] {self.role}: {' '.join(plain(self.text).split())}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfSession:
    """What is read at once. `index` counts from 0."""

    index: int
    of: int
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The transcript of this part."""
        return "\n".join(line.written() for line in self.lines)


def split(
    utterances: Iterable[Utterance], *, budget: int = PART_TOKENS, overlap: int = OVERLAP_TOKENS
) -> tuple[PartOfSession, ...]:
    """Cut a session into parts of at most so many tokens each, the overlap included. None for no words."""
    lines = [line for each in utterances for line in _lines(each, budget - overlap)]
    cuts = list(_cuts(lines, budget=budget, overlap=overlap))
    return tuple(
        PartOfSession(index=index, of=len(cuts), lines=tuple(lines[start:end]))
        for index, (start, end) in enumerate(cuts)
    )


def _cuts(lines: Sequence[Line], *, budget: int, overlap: int) -> Iterator[tuple[int, int]]:
    sizes = [rough(line.written()) + 1 for line in lines]
    start, fresh = 0, 0
    while fresh < len(lines):
        end, spent = fresh, sum(sizes[start:fresh])
        while end < len(lines) and (end == fresh or spent + sizes[end] <= budget):
            spent += sizes[end]
            end += 1
        yield start, end
        start, fresh = _back(sizes, end, overlap), end


def _back(sizes: Sequence[int], end: int, overlap: int) -> int:
    """Go back from a cut by as many lines as the overlap holds."""
    start, spent = end, 0
    while start > 0 and spent + sizes[start - 1] <= overlap:
        start -= 1
        spent += sizes[start]
    return start


def _lines(utterance: Utterance, budget: int) -> Iterator[Line]:
    """Make one line of an utterance, or several of one that is longer than a part."""
    number, role = utterance.number, utterance.role
    if rough(utterance.text) + 8 <= budget:
        yield Line(number=number, role=role, text=utterance.text)
        return
    kept = ""
    for piece in _sentences(utterance.text):
        if kept and rough(kept + piece) + 8 > budget:
            yield Line(number=number, role=role, text=kept)
            kept = ""
        kept += piece
    if kept:
        yield Line(number=number, role=role, text=kept)


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.findall(text):
        for start in range(0, len(sentence), _LONGEST_PIECE):
            yield sentence[start : start + _LONGEST_PIECE]
