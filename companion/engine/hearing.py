"""What somebody who turns sound into words gives back. Pure: whoever does it stands in `backends`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One stretch of what was said."""

    text: str
    speaker: str = ""
    """As the transcriber tells voices apart; empty where it does not."""
    starts_ms: int | None = None
    ends_ms: int | None = None


class NotHeardError(Exception):
    """No words came back; the words are for the coach. `retryable` says whether another attempt may help."""

    def __init__(self, words: str, *, retryable: bool) -> None:
        super().__init__(words)
        self.words, self.retryable = words, retryable


class Transcriber(Protocol):
    """Turns a recording into words."""

    async def hear(self, sound: bytes, *, name: str) -> Sequence[Heard]:
        """Send a recording and wait for its words. Raises NotHeardError."""
        ...
