"""
Every open stream of this process, and the one task that looks after them all.

Every few seconds it asks, in a handful of queries for all streams together, who may still read and
how far each log reaches. So a logout ends streams in every process within five seconds, and events
arrive, only later, while Redis is away or when a process died between commit and publishing.
"""

import asyncio
import signal
from collections import defaultdict
from uuid import UUID

import structlog
from django.db import DatabaseError
from django.utils import timezone

from companion.api.events import library, readers
from companion.api.events import log as event_log
from companion.api.events.pool import in_thread
from companion.api.events.readers import Reader

log = structlog.get_logger(__name__)

LOOK_SECONDS = 3.0
"""Between two looks; with the look itself, below the five seconds after which a revoked stream is gone."""
TICK_SECONDS = 0.5
"""How soon a stopping server is noticed."""


class OpenStream:
    """One browser's stream: who reads, what waits for them, and whether it should end."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.listener = library.Listener(reader.coach_id)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(self) -> None:
        """Let the stream end itself; safe to ask twice."""
        if not self.ended.done():
            self.ended.set_result(None)


class Registry:
    """The open streams by coach. Lives on one event loop; the task runs while a stream is open."""

    def __init__(self) -> None:
        self._streams: defaultdict[UUID, set[OpenStream]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._look_now = asyncio.Event()
        self._blind = False
        library.manager.on_subscribed = self._look_now.set

    @property
    def total(self) -> int:
        """How many streams are open in this process."""
        return sum(map(len, self._streams.values()))

    def count(self, coach_id: UUID) -> int:
        """Say how many streams a coach has open in this process."""
        return len(self._streams.get(coach_id, ()))

    def add(self, stream: OpenStream) -> None:
        """Look after a stream."""
        self._streams[stream.reader.coach_id].add(stream)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_after())

    def remove(self, stream: OpenStream) -> None:
        """Forget a stream that has ended."""
        mine = self._streams[stream.reader.coach_id]
        mine.discard(stream)
        if not mine:
            del self._streams[stream.reader.coach_id]

    async def _look_after(self) -> None:
        loop = asyncio.get_running_loop()
        looked_at = loop.time()
        while self._streams:
            asked = await self._asked_within(TICK_SECONDS)
            if _server_is_stopping():
                self._end_all()
            elif asked or loop.time() - looked_at >= LOOK_SECONDS:
                looked_at = loop.time()
                await self._look()

    async def _asked_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._look_now.wait()
        except TimeoutError:
            return False
        self._look_now.clear()
        return True

    async def _look(self) -> None:
        streams = [stream for each in self._streams.values() for stream in each]
        asked = {stream.reader for stream in streams}
        coach_ids = set(self._streams)
        now = timezone.now()
        try:
            welcome, newest = await in_thread(
                lambda: (readers.still_welcome(asked, now=now), event_log.newest_of(coach_ids))
            )
        except DatabaseError as error:
            # Nobody can be asked: streams stay, for as long as they would have lived anyway.
            if not self._blind:
                log.warning("events.streams_unchecked", reason=type(error).__name__)
            self._blind = True
            return
        self._blind = False
        for stream in streams:
            if stream.reader not in welcome:
                stream.end()
        library.manager.hear(newest.items())

    def _end_all(self) -> None:
        for streams in self._streams.values():
            for stream in streams:
                stream.end()


def _server_is_stopping() -> bool:
    """
    Say whether uvicorn was told to stop.

    It waits for every open answer first and tells no application; but its signal handler is a method
    of the server, which knows.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


registry = Registry()
