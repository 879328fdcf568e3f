"""
Publish events to Redis from one thread of this process, in order, without ever holding up the caller.

While Redis is away nothing waits: pieces of text are dropped (the finished message holds them), and of
the reliable events each coach's newest is owed. Streams hear its number when Redis is back and read
the rest from the log.
"""

import atexit
import json
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from journeyloop.failpoints import failpoint

log = structlog.get_logger(__name__)

REDIS_CHANNEL = "events_channel"
"""The one that django_eventstream listens to."""
TIMEOUT_SECONDS = 1.0
RETRY_SECONDS = 1.0
BATCH = 200


@dataclass(frozen=True, slots=True)
class Message:
    """One event on its way to the web processes; `number` is None for one that is not in the log."""

    channel: str
    event: str
    data: str
    number: int | None = None

    def encoded(self) -> str:
        """Write it in django_eventstream's form."""
        return json.dumps(
            {"channel": self.channel, "event_type": self.event, "data": self.data, "pub_id": self.number}
        )


class Publisher:
    """A queue and the one thread that empties it; the thread starts with the first message."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._client: redis.Redis | None = None
        self._owed: dict[str, Message] = {}
        self._away_until: float | None = None
        """On the monotonic clock; None while Redis answers."""

    def publish(self, message: Message) -> None:
        """Queue one message; returns at once, from any thread."""
        self._queue.put(message)
        if self._thread is None:
            self._start()

    def close(self) -> None:
        """Send what is queued, for at most two seconds, and stop the thread."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(2 * TIMEOUT_SECONDS)
            self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="event-publisher", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def _run(self) -> None:
        going = True
        while going:
            batch, going = self._next_batch()
            try:
                self._send(batch)
            except Exception:
                # Whatever is wrong with one batch, the next must go out. Pages read the log.
                log.exception("events.publishing_broken")

    def _next_batch(self) -> tuple[list[Message], bool]:
        """Wait for messages; with some owed, for no longer than until the next try."""
        batch: list[Message] = []
        try:
            message = self._queue.get(timeout=RETRY_SECONDS if self._owed else None)
            while message is not None:
                batch.append(message)
                if len(batch) == BATCH:
                    return batch, True
                message = self._queue.get_nowait()
        except queue.Empty:
            return batch, True
        return batch, False

    def _send(self, batch: Iterable[Message]) -> None:
        if self._away_until is not None and time.monotonic() < self._away_until:
            self._owe(batch)
            return
        messages = [*self._owed.values(), *batch]
        try:
            self._pipe(messages)
        except (redis.RedisError, OSError) as error:
            self._owe(batch)
            if self._away_until is None:
                log.warning("events.publishing_paused", reason=type(error).__name__)
            self._away_until = time.monotonic() + RETRY_SECONDS
            return
        self._owed.clear()
        if self._away_until is not None:
            self._away_until = None
            log.info("events.publishing_again")

    def _owe(self, batch: Iterable[Message]) -> None:
        self._owed |= {message.channel: message for message in batch if message.number is not None}

    def _pipe(self, messages: list[Message]) -> None:
        failpoint("event.publishing")
        if self._client is None:
            self._client = _connect()
        pipe = self._client.pipeline(transaction=False)
        for message in messages:
            pipe.publish(REDIS_CHANNEL, message.encoded())
        pipe.execute()


def _connect() -> redis.Redis:
    limits = {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        # A connection that Redis closed while idle is replaced at once; anything longer is an outage.
        "retry": Retry(NoBackoff(), 1),
    }
    return redis.Redis(**{**settings.EVENTSTREAM_REDIS, **limits})


publisher = Publisher()
