"""Plain text: "Name: text" with or without times, or paragraphs that nobody is named for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coaching.transcripts.labels import Head, head_of, speakers_among
from coaching.transcripts.shapes import Said


@dataclass(slots=True)
class _Passage:
    """Lines that belong together."""

    speaker: str = ""
    starts_ms: int | None = None
    ends_ms: int | None = None
    lines: list[str] = field(default_factory=list)

    @property
    def said(self) -> Said:
        text = " ".join(self.lines)
        return Said(text=text, speaker=self.speaker, starts_ms=self.starts_ms, ends_ms=self.ends_ms)


def read_plain(text: str) -> list[Said]:
    """Read a text. Every word of it becomes part of an utterance."""
    return said_in(text.split("\n"))


def said_in(lines: Sequence[str]) -> list[Said]:
    """Read lines; an empty one ends a paragraph."""
    heads = [head_of(line) for line in lines]
    full = sum(bool(line.strip()) for line in lines)
    speakers = speakers_among((head for head in heads if head), lines=full)
    is_marked = speakers or sum(head is not None and head.starts_ms is not None for head in heads) > full / 3
    passages = _marked(lines, heads, speakers) if is_marked else _paragraphs(lines)
    return [passage.said for passage in passages if passage.lines]


def _marked(
    lines: Sequence[str], heads: Sequence[Head | None], speakers: frozenset[str]
) -> Iterator[_Passage]:
    """Begin a passage at every line with a head, and at every paragraph; a paragraph keeps its speaker."""
    passage = _Passage()
    for line, head in zip(lines, heads, strict=True):
        if head and (head.name in speakers or (not head.name and head.starts_ms is not None)):
            yield passage
            # A time without a name goes on with whoever spoke before.
            passage = _Passage(head.name or passage.speaker, head.starts_ms, head.ends_ms)
            line = head.rest  # noqa: PLW2901 - the rest of this very line
        if line.strip():
            passage.lines.append(line.strip())
        elif passage.lines and not head:
            yield passage
            passage = _Passage(passage.speaker)
    yield passage


def _paragraphs(lines: Sequence[str]) -> Iterator[_Passage]:
    """Cut at empty lines; where there is none, each line is by itself."""
    has_gaps = any(not line.strip() for line in "\n".join(lines).strip().split("\n"))
    passage = _Passage()
    for line in lines:
        if line.strip():
            passage.lines.append(line.strip())
        if not line.strip() or not has_gaps:
            yield passage
            passage = _Passage()
    yield passage
