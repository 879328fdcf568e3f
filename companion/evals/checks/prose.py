"""An answer as text: without its markdown, without its quotations, in sentences. Pure."""

import re

QUOTED = re.compile(r"“([^”]*)”|\"([^\"\n]+)\"")
_CUT = re.compile(r"…|\.\.\.")
_MARKS = re.compile(r"^[ \t]*(?:[-*]|\d+\.|#+)\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")
_SENTENCE = re.compile(r"[^.?!:\n]+(?:[.?!:](?!\s)[^.?!:\n]*)*[.?!:]*")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
SHORTEST_QUOTATION = 3
"""Words; fewer only mention a word, as in: begin with “remember that”."""


def plain(markdown: str) -> str:
    """Take list marks, headings and emphasis away."""
    return _EMPHASIS.sub("", _MARKS.sub("", markdown))


def own_words(markdown: str) -> str:
    """Keep what the companion says itself: quotations are other people's words."""
    return QUOTED.sub(" ", plain(markdown))


def quotations(markdown: str) -> list[str]:
    """List what is quoted; one that is cut with dots gives its pieces."""
    whole = (curly or straight for curly, straight in QUOTED.findall(plain(markdown)))
    pieces = (piece.strip() for each in whole for piece in _CUT.split(each))
    return [piece for piece in pieces if len(words(piece)) >= SHORTEST_QUOTATION]


def sentences(text: str) -> list[list[str]]:
    """Split into sentences of words; a line ends one too."""
    return [found for found in map(words, _SENTENCE.findall(text)) if found]


def words(text: str) -> list[str]:
    """List the words."""
    return _WORD.findall(text)
