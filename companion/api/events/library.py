"""
The only module that knows django_eventstream, and the mends for what it does not do (5.3.4).

Its stream, listeners and Redis subscription are used as they are, with these differences:

* Events from Redis are hints. A stream queues the number that follows the one it was told last; after
  a gap, or past 1,000 waiting events, it reads the log. The library delivers in the order of arrival,
  drops the 11th waiting event, and repeats or skips what commits while a stream opens.
* The subscription to Redis comes back by itself, and says so; the library's stays deaf.
* A database connection goes back after every read; the library holds one for each open stream.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connections
from django_eventstream import eventstream, views
from django_eventstream.channelmanager import ChannelManagerBase
from django_eventstream.event import Event
from django_eventstream.eventrequest import EventRequest
from django_eventstream.eventresponse import EventResponse
from django_eventstream.storage import EventDoesNotExist, StorageBase
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from companion.api.events import log as event_log
from companion.api.events.channels import coach_of, is_reliable, live, reliable
from companion.api.events.publishing import REDIS_CHANNEL

log = structlog.get_logger(__name__)

WAITING_LIMIT = 1000
"""How many events wait for one slow browser before it is sent to the log."""
SILENCE_SECONDS = 10.0
"""After this long without a word from Redis it is asked whether it is there; after twice, it is not."""


class EventLog(StorageBase):  # type: ignore[misc] # the library is untyped
    """EVENTSTREAM_STORAGE_CLASS: the library's way to our log."""

    def append_event(self, channel: str, event_type: str, data: str) -> Event:
        """Append inside the open tenant."""
        number = event_log.append(coach_of(channel), event_type, data)
        return Event(channel, event_type, data, id=number)

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """List what follows `last_id`; EventDoesNotExist becomes a stream-reset."""
        try:
            entries = event_log.after(coach_of(channel), last_id, limit=limit)
        except event_log.UnknownNumberError as unknown:
            raise EventDoesNotExist(str(unknown), unknown.newest) from unknown
        return [Event(channel, entry.event, entry.data, id=entry.number) for entry in entries]

    def get_current_id(self, channel: str) -> int:
        """Say the newest number."""
        return event_log.newest(coach_of(channel))


class CoachChannels(ChannelManagerBase):  # type: ignore[misc] # the library is untyped
    """
    EVENTSTREAM_CHANNELMANAGER_CLASS: a coach reads their own two channels and no others.

    It offers no channels for a request: those follow from the session, in `Listener`.
    """

    def can_read_channel(self, user: UUID | None, channel: str) -> bool:
        """Say whether it is the coach's own; `user` is their profile's id."""
        return user is not None and channel in {reliable(user), live(user)}

    def is_channel_reliable(self, channel: str) -> bool:
        """Say whether its events are in the log."""
        return is_reliable(channel)


class Listener(views.Listener):  # type: ignore[misc] # the library is untyped
    """
    One open stream: the number that it was told last, and the highest that it heard of.

    Both channels wait in one queue, so that text and the message that ends it keep their order. Change
    it with the manager's lock held.
    """

    def __init__(self, coach_id: UUID) -> None:
        super().__init__()
        self.user_id = coach_id
        self.channel = reliable(coach_id)
        self.channels = {self.channel, live(coach_id)}
        self.told: int | None = None
        """None while the log is being read."""
        self.heard = 0

    def offer(self, event: Event) -> None:
        """Queue an event if it comes next; otherwise remember that the log knows more."""
        if event.id is None:
            # A piece of text repeats the number before it, so a reconnect asks for nothing twice.
            if self.told is not None:
                self._queue(event.type, event.data, self.told)
            return
        if event.id - 1 == self.told and self._queue(event.type, event.data, event.id):
            self.told = event.id
        self.hear(event.id)

    def hear(self, number: int) -> None:
        """Learn that the log reaches `number`; read it if this stream is behind."""
        self.heard = max(self.heard, number)
        if self.told is not None and self.told < self.heard:
            self.overflow = True
            self.wake_threadsafe()

    def start_reading(self) -> None:
        """Forget what was heard: the log holds it by now, or it was never true."""
        self.told = None
        self.heard = 0

    def catch_up(self, number: int) -> None:
        """Note that the log was read up to `number`."""
        self.told = number
        self.hear(number)

    def _queue(self, event_type: str, data: str, number: int) -> bool:
        waiting = self.channel_items.setdefault(self.channel, [])
        if len(waiting) >= WAITING_LIMIT:
            return False
        waiting.append(Event(self.channel, event_type, data, id=number))
        self.wake_threadsafe()
        return True


class ListenerManager(views.ListenerManager):  # type: ignore[misc] # the library is untyped
    """Every open stream of this process, and the one subscription that feeds them."""

    on_subscribed: Callable[[], None] = staticmethod(lambda: None)
    """Called whenever Redis confirms the subscription: what was published before was not heard."""

    def __init__(self) -> None:
        super().__init__()
        self.redis_listener = RedisListener(self)
        self.subscription: asyncio.Task[None] | None = None

    async def subscribe(self) -> None:
        """Start the subscription with the first stream, which must not miss what follows its opening."""
        if self.subscription is None or self.subscription.done():
            self.subscription = asyncio.create_task(self.redis_listener.start())
            self.redis_listener_started = True  # or the library starts a second one
        await self.redis_listener.settled.wait()

    def add_to_queues(self, channel: str, event: Event) -> None:
        """Offer an event to the streams of its channel."""
        with self.lock:
            for listener in self.listeners_by_channel.get(channel, ()):
                listener.offer(event)

    def hear(self, newest: Iterable[tuple[UUID, int]]) -> None:
        """Tell each coach's streams how far the log reaches."""
        with self.lock:
            for coach_id, number in newest:
                for listener in self.listeners_by_channel.get(reliable(coach_id), ()):
                    listener.hear(number)


class RedisListener(views.RedisListener):  # type: ignore[misc] # the library is untyped
    """The subscription: comes back after an outage of any length, and logs each outage once."""

    def __init__(self, manager: ListenerManager) -> None:
        self.manager = manager
        self.lost = False
        self.settled = asyncio.Event()
        """Set once the first try to subscribe has ended, well or not."""

    async def start(self) -> None:
        """Listen until this process ends."""
        while True:
            try:
                await self.listen()
            except (RedisError, OSError, TimeoutError) as error:
                if not self.lost:
                    log.warning("events.subscription_lost", reason=type(error).__name__)
                self.lost = True
                self.settled.set()
            await asyncio.sleep(random.uniform(0.1, 0.5))  # noqa: S311 # spreads reconnects, no secret

    async def listen(self) -> None:
        """Subscribe and pass events on. Raises when Redis goes, or stays silent."""
        once: dict[str, Any] = {**settings.EVENTSTREAM_REDIS, "retry": Retry(NoBackoff(), 0)}
        async with Redis(**once) as client, client.pubsub() as pubsub:
            await pubsub.subscribe(REDIS_CHANNEL)
            silent = False
            while True:
                message = await pubsub.get_message(timeout=SILENCE_SECONDS)
                if message is not None:
                    silent = False
                    self._take(message)
                elif silent:
                    raise TimeoutError("Redis is silent")
                else:
                    silent = True
                    await pubsub.ping()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            if self.lost:
                log.info("events.subscription_back")
            self.lost = False
            self.settled.set()
            self.manager.on_subscribed()
        elif message["type"] == "message":
            try:
                channel, event = _decode(message["data"])
            except (ValueError, KeyError, TypeError, RecursionError):
                log.warning("events.unreadable_message")
                return
            self.manager.add_to_queues(channel, event)


def _decode(raw: bytes) -> tuple[str, Event]:
    parts = json.loads(raw)
    kind, data = parts["event_type"], parts["data"]
    if not (isinstance(kind, str) and kind.isprintable() and isinstance(data, str)):
        raise TypeError("an event is made of text, and its name of one line")
    number = None if parts["pub_id"] is None else int(parts["pub_id"])
    return str(parts["channel"]), Event(parts["channel"], kind, data, id=number)


class StreamRequest(EventRequest):  # type: ignore[misc] # the library is untyped
    """What the library's stream is asked for: made here, never from a request's words."""

    def __init__(self, listener: Listener, after: int | None) -> None:
        super().__init__()
        self.is_next = False
        self.listener = listener
        self.user = listener.user_id
        self.channels = listener.channels
        if after is not None:
            self.channel_last_ids = {listener.channel: after}


def read_log(request: StreamRequest) -> EventResponse:
    """Stand in for the library's get_events: keep the place in the log, give the connection back."""
    listener = request.listener
    with manager.lock:
        listener.start_reading()
    try:
        response = _library_get_events(request)
    finally:
        connections.close_all()
    items = response.channel_items[listener.channel]
    number = int(items[-1].id if items else response.channel_last_ids[listener.channel])
    # The library forgets this when an event arrives meanwhile: it would read the same again, or, on a
    # fresh stream, start after the event that it just threw away.
    request.channel_last_ids[listener.channel] = number
    if not response.channel_more:
        with manager.lock:
            listener.catch_up(number)
    return response


_library_get_events = eventstream.get_events
eventstream.get_events = read_log
manager = views.listener_manager = ListenerManager()


async def chunks(listener: Listener, *, after: int | None) -> AsyncGenerator[bytes, None]:
    """Yield what one stream sends. Ids on the wire are bare numbers; the library's name the channel."""
    await manager.subscribe()
    request = StreamRequest(listener, after)
    stream = views.stream(request, listener)
    opened = False
    try:
        async for text in stream:
            chunk = text.replace(f"\nid: {listener.channel}:", "\nid: ")
            if not opened:
                opened = True
                if "\nid: " not in chunk:
                    # Without it a browser that loses the connection before its first event starts anew.
                    chunk += f"id: {request.channel_last_ids[listener.channel]}\n\n"
            if chunk:
                yield chunk.encode()
    finally:
        await stream.aclose()
