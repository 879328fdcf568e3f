"""Takes the message out of an answer that is still being written, and hands it on in batches. Pure."""

from collections.abc import Callable

from pydantic_core import from_json

from companion.engine.response import storable

QUICK = 4_000
"""Characters that are read again with each piece."""

OnText = Callable[[int, str], None]
"""Called with the offset, in code points, and the new piece of the message."""


class MessageStream:
    """The message of one answer as it grows. What has been handed on is never taken back."""

    def __init__(self, *, on_text: OnText, batch: float, clock: Callable[[], float]) -> None:
        """Hand on the first piece at once, then at most one in `batch` seconds of that `clock`."""
        self._on_text, self._batch, self._clock = on_text, batch, clock
        self._arrived = ""
        self._is_over = False
        self._sent = 0
        self._due = clock()

    @property
    def arrived(self) -> str:
        """The message as far as it is known, handed on or not."""
        return self._arrived

    def take(self, raw: str) -> None:
        """Take the JSON so far. A long one is read only when a piece is due: reading takes all of it anew."""
        is_due = self._clock() >= self._due
        if self._is_over or not (is_due or len(raw) <= QUICK):
            return
        if self._read(raw) or is_due:
            self._flush()

    def end(self, raw: str) -> None:
        """Take the JSON as it ended, whole or not, and hand on what was held back."""
        if not self._is_over:
            self._read(raw)
        self._flush()

    def _read(self, raw: str) -> bool:
        """Read the message so far; returns whether it is over."""
        message, self._is_over = message_so_far(raw)
        if message.startswith(self._arrived):
            self._arrived = message
        return self._is_over

    def _flush(self) -> None:
        piece = self._arrived[self._sent :]
        if not piece:
            return
        self._on_text(self._sent, piece)
        self._sent = len(self._arrived)
        self._due = self._clock() + self._batch


def message_so_far(raw: str) -> tuple[str, bool]:
    """Read the message out of an unfinished answer; it is over once another field has begun."""
    try:
        answer = from_json(raw, allow_partial="trailing-strings")
    except ValueError:
        return "", False
    if not isinstance(answer, dict) or not isinstance(answer.get("chat_message"), str):
        return "", False
    return storable(answer["chat_message"]).lstrip(), len(answer) > 1
