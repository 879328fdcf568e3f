"""
Recall.ai's JSON: a list of passages, each with a speaker and words that have times.

Both forms are read: `participant.name` with `start_timestamp.relative`, and the older `speaker` with plain
numbers.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from coaching.transcripts.shapes import MAX_MS, Said, TranscriptError

PAUSE_MS = 2_000
"""A silence that ends an utterance after a sentence."""
LONG = 500
"""Characters after which an utterance ends with its sentence anyway."""
_SENTENCE_END = (".", "!", "?", "…")

Word = tuple[str, int | None, int | None]


def read_recall(text: str) -> list[Said]:
    """Read the passages. Raises TranscriptError."""
    return [
        said for place, entry in enumerate(_entries(_parsed(text)), start=1) for said in _said(entry, place)
    ]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise TranscriptError(
            f"This JSON breaks off or goes wrong on line {error.lineno}, column {error.colno}.",
            line=error.lineno,
        ) from None
    except RecursionError:
        raise TranscriptError("This JSON is nested too deeply to be a transcript.") from None
    except ValueError:  # a number of thousands of digits
        raise TranscriptError("This JSON holds a number that is too long to be a time.") from None


def _entries(data: Any) -> Sequence[Any]:
    if isinstance(data, dict):
        data = next((data[key] for key in ("transcript", "data", "results") if key in data), data)
    if not isinstance(data, list):
        raise TranscriptError(
            "This JSON is no Recall.ai transcript: that is a list of passages with a participant and words."
        )
    return data


def _said(entry: Any, place: int) -> Iterator[Said]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("words"), list):
        raise TranscriptError(f"Passage {place} of this JSON has no list of words.")
    speaker = _speaker(entry)
    for words in _sentences(
        [_word(word, place, number) for number, word in enumerate(entry["words"], start=1)]
    ):
        text = " ".join(word for word, _, _ in words if word)
        if text:
            yield Said(text=text, speaker=speaker, starts_ms=words[0][1], ends_ms=words[-1][2])


def _speaker(entry: Mapping[str, Any]) -> str:
    """Find the name; a participant without one is called by number."""
    participant = entry.get("participant")
    known = participant if isinstance(participant, Mapping) else {}
    name = known.get("name") or entry.get("speaker") or ""
    if isinstance(name, str) and name.strip():
        return name
    number = known.get("id", entry.get("speaker_id"))
    return f"Speaker {number}" if isinstance(number, int) else ""


def _word(word: Any, place: int, number: int) -> Word:
    if not isinstance(word, Mapping) or not isinstance(word.get("text"), str):
        raise TranscriptError(f"Word {number} of passage {place} in this JSON has no text.")
    return (
        " ".join(word["text"].split()),
        _time(word.get("start_timestamp"), place, number),
        _time(word.get("end_timestamp"), place, number),
    )


def _time(value: Any, place: int, number: int) -> int | None:
    if isinstance(value, Mapping):
        value = value.get("relative")
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not -1 <= value <= MAX_MS / 1000:
        raise TranscriptError(f"Word {number} of passage {place} in this JSON has a time that is no time.")
    return max(0, round(value * 1000))


def _sentences(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Cut a passage after sentences: at a pause, and where it grows long."""
    piece: list[Word] = []
    length = 0
    for word in words:
        if piece and piece[-1][0].endswith(_SENTENCE_END) and (length > LONG or _pause(piece[-1], word)):
            yield piece
            piece, length = [], 0
        piece.append(word)
        length += len(word[0]) + 1
    if piece:
        yield piece


def _pause(before: Word, word: Word) -> bool:
    return before[2] is not None and word[1] is not None and word[1] - before[2] > PAUSE_MS
