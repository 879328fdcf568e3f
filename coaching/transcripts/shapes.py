"""What reading a file gives: utterances and remarks, or one exact reason why not."""

from dataclasses import dataclass, field

MAX_BYTES = 10 * 1024 * 1024
"""Of a file. Two hours of talk are about 200 kB of text."""
MAX_CHARACTERS = 2_000_000
"""Of everything that was said: about thirty hours of talk."""
MAX_LINES = 200_000
MAX_UTTERANCES = 20_000
MAX_UTTERANCE = 4_000
"""Characters; longer passages are split where a sentence ends."""
MAX_LABEL = 60
"""Characters of a speaker's name."""
MAX_SPEAKERS = 50
MAX_MS = 48 * 60 * 60 * 1000
"""A time beyond two days is no time in a session."""


class TranscriptError(Exception):
    """The file cannot be read; the words are for the coach and quote nothing that was said."""

    def __init__(self, words: str, *, line: int | None = None) -> None:
        super().__init__(words)
        self.words, self.line = words, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that somebody said."""

    text: str
    speaker: str = ""
    """As the file names them; empty when it does not."""
    starts_ms: int | None = None
    """From the beginning of the recording."""
    ends_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file that was read."""

    format: str
    """vtt, srt, txt, docx or recall."""
    said: list[Said]
    remarks: list[str] = field(default_factory=list)
    """What had to be assumed or put right, in words for the coach."""
