"""
Where a quotation stands in an utterance, in code points, whatever its case, spacing and typographic marks.

A quotation found is given back in the utterance's own words, widened to whole words and to a negation just
before it: `want to go back` out of `I don't want to go back` would say the contrary. Pure.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from companion.engine.analysis.material import Utterance
from companion.engine.words import NEGATIONS, WORD, normal

SHORTEST = 8
"""Characters; less proves nothing, unless it is the whole of what was said."""
REACH = 3
"""Words before a quotation in which a negation turns its sense."""
_MARKS = " \t\n\"'.,;:-\u2026\u201c\u201d\u2018\u2019\u00ab\u00bb"
_SENTENCE_END = re.compile(r"[.?!]\s")
_BREAK = "\n"
_QUOTED = re.compile('[\u201c"\u00ab][^\u201c\u201d"\u00ab\u00bb]*[\u201d"\u00bb]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stretch of one utterance: `text[start:end]` of it, counted in code points."""

    number: int
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as it is compared, and for each of its characters the stretch of the text it came from."""

    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]


def _fold(text: str) -> _Folded:
    """Fold like `words.normal`, but cluster by cluster, so that the way back is known."""
    folded: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        piece = _folded_cluster(text[start:end])
        if piece == " " and (not folded or folded[-1] == " "):
            continue
        folded.extend(piece)
        begins.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    return _Folded("".join(folded), tuple(begins), tuple(ends))


@lru_cache(4_096)
def _folded_cluster(cluster: str) -> str:
    if cluster.isspace():
        return " "
    return normal("".join(char for char in cluster if unicodedata.category(char) not in {"Cc", "Cf"}))


def _clusters(text: str) -> Iterable[tuple[int, int]]:
    """Split into characters, each with the marks that belong to it."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not unicodedata.combining(text[end]):
            yield start, end
            start = end


class Finder:
    """Looks for quotations in the utterances of one session."""

    def __init__(self, utterances: Iterable[Utterance]) -> None:
        self._texts: Mapping[int, str] = {each.number: each.text for each in utterances}
        self._folded = {number: _fold(text) for number, text in self._texts.items()}
        self._numbers = tuple(self._folded)
        self._all = _BREAK.join(each.text for each in self._folded.values())
        self._starts = self._offsets()

    def find(self, quote: str, *, number: int) -> Found | None:
        """
        Find a quotation in the utterance it names, or else in the only other one that holds it.

        None when it is nowhere, in several others, or too short to prove anything.
        """
        wanted = _fold(quote.strip(_MARKS)).text.strip()
        if not wanted:
            return None
        where = number if wanted in self._text(number) else self._only_other(wanted)
        if where is None or not self._proves(wanted, where):
            return None
        return self._found(wanted, where)

    def _text(self, number: int) -> str:
        return self._folded[number].text if number in self._folded else ""

    def _proves(self, wanted: str, number: int) -> bool:
        return len(wanted) >= SHORTEST or wanted == self._text(number).strip(_MARKS)

    def _only_other(self, wanted: str) -> int | None:
        first = self._all.find(wanted)
        if first < 0:
            return None
        index = bisect_right(self._starts, first) - 1
        beyond = self._starts[index + 1] if index + 1 < len(self._starts) else len(self._all)
        return None if self._all.find(wanted, beyond) >= 0 else self._numbers[index]

    def _offsets(self) -> list[int]:
        starts, at = [], 0
        for each in self._folded.values():
            starts.append(at)
            at += len(each.text) + len(_BREAK)
        return starts

    def _found(self, wanted: str, number: int) -> Found:
        folded, text = self._folded[number], self._texts[number]
        at = folded.text.index(wanted)
        start, end = widened(text, folded.begins[at], folded.ends[at + len(wanted) - 1])
        return Found(number=number, start=start, end=end, words=text[start:end])


def widened(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a stretch to whole words, and to a negation that stands close before it in its sentence."""
    before: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        if word.end() <= start:
            before.append(word)
        elif word.start() < start:
            start = word.start()
        if word.start() < end < word.end():
            end = word.end()
    for word in reversed(before[-REACH:]):
        if _SENTENCE_END.search(text, word.end() - 1, start):
            break
        if normal(word[0]) in NEGATIONS:
            start = word.start()
    return start, end


def unquoted(text: str, *quotes: str) -> str:
    """Take quotations out of a statement, in marks or not: its sense stays and the words go."""
    for quote in sorted(filter(None, quotes), key=len, reverse=True):
        text = text.replace(quote, "\u2026")
    return _QUOTED.sub("\u201c\u2026\u201d", text)
