"""How long a model may keep us waiting: for its first piece, between two, and in all. Knows no library."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from companion.engine.failures import FailureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The bounds of one call. Seconds, tokens, US dollars."""

    max_tokens: int = 4_000
    deadline: float = 120.0
    first_event: float = 30.0
    silence: float = 20.0
    """Longest gap between two pieces."""
    batch: float = 0.07
    """Shortest time between two pieces that are handed on; the first goes at once."""


class OutOfPatienceError(Exception):
    """The model kept us waiting too long."""

    def __init__(self, kind: FailureKind) -> None:
        """Keep whether it never began, fell silent, or went on for too long."""
        super().__init__(kind)
        self.kind: FailureKind = kind


class Patience:
    """Moves the end of a timeout: first the wait for a beginning, then the gap between two pieces."""

    def __init__(self, settings: Settings, scope: asyncio.Timeout) -> None:
        self._settings, self._scope = settings, scope
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + settings.deadline
        self._has_begun = False
        self._wait(settings.first_event)

    def heard(self) -> None:
        """Wait anew from here: a piece has come."""
        self._has_begun = True
        self._wait(self._settings.silence)

    def kind(self) -> FailureKind:
        """Say what the wait ended in."""
        if not self._has_begun:
            return "timeout"
        return "stalled" if self._loop.time() < self._end else "endless"

    def _wait(self, seconds: float) -> None:
        self._scope.reschedule(min(self._end, self._loop.time() + seconds))


@asynccontextmanager
async def patience(settings: Settings) -> AsyncIterator[Patience]:
    """Bound what happens inside. Raises OutOfPatienceError."""
    scope = asyncio.timeout(None)
    waiting = None
    try:
        async with scope:
            waiting = Patience(settings, scope)
            yield waiting
    except TimeoutError as error:
        if waiting is None or not scope.expired():
            raise
        raise OutOfPatienceError(waiting.kind()) from error
