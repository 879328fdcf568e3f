"""A file's bytes made into a reading, whatever kind of file it is."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from coaching.transcripts import kinds
from coaching.transcripts.cues import Cue
from coaching.transcripts.cues import said_in as said_in_cues
from coaching.transcripts.decoding import cleaned, text_of
from coaching.transcripts.docx import read_docx
from coaching.transcripts.plain import read_plain, said_in
from coaching.transcripts.recall import read_recall
from coaching.transcripts.shapes import (
    MAX_BYTES,
    MAX_CHARACTERS,
    MAX_LABEL,
    MAX_LINES,
    MAX_SPEAKERS,
    MAX_UTTERANCE,
    MAX_UTTERANCES,
    Reading,
    Said,
    TranscriptError,
)
from coaching.transcripts.srt import read_srt
from coaching.transcripts.vtt import read_vtt

_SENTENCE_END = re.compile(r"[.!?…。？！]\s+")  # noqa: RUF001
_CUES: dict[str, Callable[[str], list[Cue]]] = {"vtt": read_vtt, "srt": read_srt}


def read(content: bytes) -> Reading:
    """Read a transcript. Raises TranscriptError, with the line where there is one."""
    if len(content) > MAX_BYTES:
        raise TranscriptError(f"The file has {len(content):,} bytes; {MAX_BYTES:,} is the most.")
    _refuse_foreign(content)
    reading = _docx(content) if kinds.is_zip(content) else _text(content)
    clean, remarks = _cleaned(reading.said)
    _refuse_too_much(clean)
    said = [piece for each in _with_few_speakers(clean) for piece in _in_pieces(each)]
    return Reading(format=reading.format, said=said, remarks=[*reading.remarks, *remarks])


def _refuse_foreign(content: bytes) -> None:
    head = content[: kinds.HEAD]
    if not content.strip():
        raise TranscriptError("The file is empty.")
    if kinds.is_sound(head):
        raise TranscriptError("This is sound or film, not text. Bring its transcript instead.")
    if what := kinds.foreign(head):
        raise TranscriptError(f"This is {what}. Bring {kinds.TEXT_FORMATS}.")


def _docx(content: bytes) -> Reading:
    return Reading(format="docx", said=said_in(read_docx(content)))


def _text(content: bytes) -> Reading:
    text, remarks = text_of(content)
    if (lines := text.count("\n")) > MAX_LINES:
        raise TranscriptError(f"This file has {lines:,} lines; {MAX_LINES:,} is the most.")
    kind = kinds.kind_of_text(text)
    if kind == "recall":
        return Reading(format=kind, said=read_recall(text), remarks=remarks)
    if kind == "txt":
        return Reading(format=kind, said=read_plain(text), remarks=remarks)
    said, found = said_in_cues(_CUES[kind](text))
    return Reading(format=kind, said=said, remarks=[*remarks, *found])


def _cleaned(said: list[Said]) -> tuple[list[Said], list[str]]:
    """Clean once more what escapes of JSON, XML and WebVTT had hidden, and make every gap one space."""
    if not said:
        return [], []
    lines = [" ".join(words.split()) for each in said for words in (each.speaker, each.text)]
    text, remarks = cleaned("\n".join(lines))
    lines = text.split("\n")
    clean = [
        replace(each, speaker=speaker.strip(), text=words.strip())
        for each, speaker, words in zip(said, lines[::2], lines[1::2], strict=True)
    ]
    return [each for each in clean if each.text], remarks


def _with_few_speakers(said: list[Said]) -> Iterator[Said]:
    """Put the names of all but the most frequent speakers back into the text."""
    counts = Counter(each.speaker for each in said)
    known = {name for name, _ in counts.most_common(MAX_SPEAKERS)}
    for each in said:
        if each.speaker in known and len(each.speaker) <= MAX_LABEL:
            yield each
        else:
            yield replace(each, speaker="", text=f"{each.speaker}: {each.text}")


def _in_pieces(said: Said) -> Iterator[Said]:
    """Split a passage that is too long where sentences end; only its first piece has the time."""
    if len(said.text) <= MAX_UTTERANCE:
        yield said
        return
    first = True
    for piece in _pieces(said.text):
        yield replace(said, text=piece, starts_ms=said.starts_ms if first else None, ends_ms=None)
        first = False


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > MAX_UTTERANCE:
        end = start + MAX_UTTERANCE
        ends = [found.end() for found in _SENTENCE_END.finditer(text, start, end)]
        # A sentence without an end breaks between words, or anywhere.
        cut = ends[-1] if ends else text.rfind(" ", start, end) + 1 or end
        yield text[start:cut].rstrip()
        start = cut
    yield text[start:]


def _refuse_too_much(said: list[Said]) -> None:
    if not said:
        raise TranscriptError("Nothing is said in this file.")
    if len(said) > MAX_UTTERANCES:
        raise TranscriptError(f"This file has {len(said):,} passages; {MAX_UTTERANCES:,} is the most.")
    total = sum(len(each.text) for each in said)
    if total > MAX_CHARACTERS:
        raise TranscriptError(
            f"This file has {total:,} characters of talk; {MAX_CHARACTERS:,} (about thirty hours) is most."
        )
