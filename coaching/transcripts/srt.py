"""SubRip: a number, a time line, words; then an empty line."""

import re
from collections.abc import Iterator
from dataclasses import replace

from coaching.transcripts.cues import ARROW, Block, Cue, blocks_of, cues_in, times_of, words_of
from coaching.transcripts.shapes import TranscriptError

EXAMPLE = "00:01:02,000 --> 00:01:04,500"
_NUMBER = re.compile(r"\s*\d+\s*\Z")


def read_srt(text: str) -> list[Cue]:
    """Read the cues. Raises TranscriptError."""
    cues: list[Cue] = []
    for block in blocks_of(text):
        if cues and _goes_on(block):
            cues[-1] = replace(cues[-1], text="\n".join([cues[-1].text, *words_of(block.lines)]))
        else:
            cues += _cues_of(block)
    return cues


def _goes_on(block: Block) -> bool:
    """Say whether these are more words of the passage before: it had an empty line in it."""
    return not _NUMBER.match(block.lines[0]) and not any(ARROW in line for line in block.lines)


def _cues_of(block: Block) -> Iterator[Cue]:
    """Read one block, in which the empty line before the next number may be missing."""
    lines = block.lines
    arrows = [place for place, line in enumerate(lines) if ARROW in line]
    if not arrows or arrows[0] > 1 or (arrows[0] == 1 and not _NUMBER.match(lines[0])):
        raise TranscriptError(
            f"Line {block.line} should begin a passage with its number and then its time, as in {EXAMPLE}.",
            line=block.line,
        )
    for place, following in zip(arrows, [*arrows[1:], len(lines)], strict=True):
        starts, ends = times_of(lines[place], number=block.line + place, example=EXAMPLE)
        end = following - 1 if following < len(lines) and _NUMBER.match(lines[following - 1]) else following
        yield from cues_in(starts, ends, lines[place + 1 : end])
