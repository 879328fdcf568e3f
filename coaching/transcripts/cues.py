"""What WebVTT and SubRip share: blocks of lines, a time line, words below it."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coaching.transcripts.labels import head_of, speakers_among
from coaching.transcripts.shapes import Said, TranscriptError
from coaching.transcripts.times import milliseconds

ARROW = "-->"
MERGE_GAP_MS = 1_500
MERGE_CHARACTERS = 600
DISORDER_MS = 5_000
"""People talk over each other: so much may a passage begin before the one above it and stay where it is."""

_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z0-9:.\-][^<>]*>", re.IGNORECASE)
_BRACES = re.compile(r"\{\\[^{}]*\}")
_SENTENCE_END = (".", "!", "?", "…", "-", "–", "—", '"', "”", ")", "。", "？", "！")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without an empty one between them; `line` is the number of the first."""

    line: int
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Cue:
    """One timed piece of text, with the voice that a tag names."""

    starts_ms: int
    ends_ms: int
    voice: str
    text: str


def blocks_of(text: str) -> Iterator[Block]:
    """Cut a file at its empty lines."""
    block: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield Block(number - len(block), block)
            block = []


def times_of(line: str, *, number: int, example: str) -> tuple[int, int]:
    """Read a time line. Raises TranscriptError that names it."""
    start, _, rest = line.partition(ARROW)
    end = rest.split()[0] if rest.split() else ""
    starts, ends = milliseconds(start), milliseconds(end)
    if starts is None or ends is None:
        which = "before" if starts is None else "after"
        raise TranscriptError(
            f"Line {number} should say from when to when, as in {example}; "
            f"what stands {which} the arrow is no time.",
            line=number,
        )
    return starts, ends


def cues_in(starts_ms: int, ends_ms: int, lines: Sequence[str]) -> Iterator[Cue]:
    """Take the words of one cue apart by its voice tags, and the other tags out of them."""
    pieces = _VOICE.split("\n".join(lines))
    for voice, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        if words := words_of(piece.split("\n")):
            yield Cue(starts_ms, ends_ms, " ".join(words_of([voice])), "\n".join(words))


def words_of(lines: Sequence[str]) -> list[str]:
    """Take tags and styling out of lines; drop those that say nothing."""
    bare = (html.unescape(_BRACES.sub("", _TAG.sub("", line))).split() for line in lines)
    return [" ".join(words) for words in bare if words]


def said_in(cues: Sequence[Cue]) -> tuple[list[Said], list[str]]:
    """Make utterances of cues: name the speakers, put cues in order, join sentences that were cut in two."""
    remarks = []
    if any(cue.ends_ms < cue.starts_ms for cue in cues):
        remarks.append("Some passages end before they begin; their ends were left out.")
    ordered = list(_unrolled(cues))
    if any(cue.starts_ms - later.starts_ms > DISORDER_MS for cue, later in pairwise(ordered)):
        remarks.append("Passages were not in the order of their times, and were put in order.")
        ordered.sort(key=lambda cue: cue.starts_ms)
    return list(_joined(_named(ordered))), remarks


def _unrolled(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Drop a cue's first line where captions roll and it only repeats the last line before it."""
    last, ended = "", -1
    for cue in cues:
        lines = cue.text.split("\n")
        if last and lines[0] == last and cue.starts_ms <= ended + 50 and len(last) > 12:
            lines = lines[1:]
        last, ended = cue.text.split("\n")[-1], cue.ends_ms
        if lines:
            yield Cue(cue.starts_ms, cue.ends_ms, cue.voice, "\n".join(lines))


def _named(cues: Sequence[Cue]) -> Iterator[Said]:
    lines = [line for cue in cues if not cue.voice for line in cue.text.split("\n")]
    heads = [head for line in lines if (head := head_of(line)) and head.starts_ms is None]
    speakers = speakers_among(heads, lines=len(lines))
    speaker = ""
    for cue in cues:
        if cue.voice:
            yield _said(cue, cue.voice, cue.text.split("\n"))
            continue
        words: list[str] = []
        for line in cue.text.split("\n"):
            head = head_of(line)
            if head and head.name in speakers and head.starts_ms is None:
                if words:
                    yield _said(cue, speaker, words)
                speaker, words = head.name, [head.rest] if head.rest else []
            else:
                words.append(line)
        if words:
            yield _said(cue, speaker, words)


def _said(cue: Cue, speaker: str, words: Sequence[str]) -> Said:
    ends = cue.ends_ms if cue.ends_ms >= cue.starts_ms else None
    return Said(text=" ".join(words), speaker=speaker, starts_ms=cue.starts_ms, ends_ms=ends)


def _joined(said: Iterator[Said]) -> Iterator[Said]:
    before: Said | None = None
    for each in said:
        if before and _goes_on(before, each):
            before = Said(
                text=f"{before.text} {each.text}",
                speaker=before.speaker,
                starts_ms=before.starts_ms,
                ends_ms=each.ends_ms,
            )
            continue
        if before:
            yield before
        before = each
    if before:
        yield before


def _goes_on(before: Said, each: Said) -> bool:
    """Say whether a sentence was cut in two only because captions are short."""
    if before.speaker != each.speaker or before.text.endswith(_SENTENCE_END):
        return False
    gap = (each.starts_ms or 0) - (before.ends_ms or before.starts_ms or 0)
    return gap <= MERGE_GAP_MS and len(before.text) + len(each.text) <= MERGE_CHARACTERS
