"""WebVTT: voices, cue names, settings, styles and notes."""

from coaching.transcripts.cues import ARROW, Block, Cue, blocks_of, cues_in, times_of
from coaching.transcripts.shapes import TranscriptError

EXAMPLE = "00:01:02.000 --> 00:01:04.500"
_NO_CUES = ("NOTE", "STYLE", "REGION")


def read_vtt(text: str) -> list[Cue]:
    """Read the cues of a file that begins with WEBVTT. Raises TranscriptError."""
    cues: list[Cue] = []
    for index, block in enumerate(blocks_of(text)):
        if index == 0:
            block = _without_header(block)  # noqa: PLW2901 - some writers leave no line after the header
        if block.lines and block.lines[0].split()[0] not in _NO_CUES:
            cues += _cues_of(block)
    return cues


def _without_header(block: Block) -> Block:
    rest = list(block.lines[1:])
    skipped = 1
    while rest and ARROW not in rest[0] and (len(rest) < 2 or ARROW not in rest[1]):
        rest, skipped = rest[1:], skipped + 1
    return Block(block.line + skipped, rest)


def _cues_of(block: Block) -> list[Cue]:
    place = next((place for place, line in enumerate(block.lines[:2]) if ARROW in line), None)
    if place is None:
        raise TranscriptError(
            f"Line {block.line} begins a passage without a time; a line such as {EXAMPLE} should be there.",
            line=block.line,
        )
    starts, ends = times_of(block.lines[place], number=block.line + place, example=EXAMPLE)
    return list(cues_in(starts, ends, block.lines[place + 1 :]))
