"""Takes the message out of an answer that is still being written, and hands it on in batches. Pure."""

from collections.abc import Callable

from pydantic_core import from_json

from companion.engine.response import storable

OnText = Callable[[int, str], None]
"""Called with the offset, in code points, and the new piece of the message."""


class MessageStream:
    """The message of one answer as it grows. What has been handed on is never taken back."""

    def __init__(self, *, on_text: OnText, batch: float, clock: Callable[[], float]) -> None:
        """Hand on the first piece at once, then at most one in `batch` seconds of that `clock`."""
        self._on_text, self._batch, self._clock = on_text, batch, clock
        self._arrived = ""
        self._sent = 0
        self._due = clock()

    @property
    def arrived(self) -> str:
        """The message as far as it is known, handed on or not."""
        return self._arrived

    def take(self, raw: str) -> None:
        """Take the JSON so far."""
        message, is_over = message_so_far(raw)
        if not message.startswith(self._arrived):
            return
        self._arrived = message
        if is_over or self._clock() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Hand on what has arrived and was held back."""
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
