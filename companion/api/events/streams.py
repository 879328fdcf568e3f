"""
The event route: raw ASGI, so that an open stream holds no thread, no connection and no transaction.

One short hop to a thread says whose stream it is; what follows is tasks on the event loop.
"""

import asyncio
import random
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import parse_qsl

import structlog
from django.db import DatabaseError
from django.utils import timezone

from companion.api.events import answers, library
from companion.api.events.answers import Receive, Scope, Send
from companion.api.events.pool import in_thread
from companion.api.events.readers import Reader, RefusedError, reader_of
from companion.api.events.registry import OpenStream, registry

log = structlog.get_logger(__name__)

LIFETIME_SECONDS = (300.0, 600.0)
"""A stream ends itself after a time between these, so that none stays on an old process for long."""
HEARTBEAT_SECONDS = 15.0
"""Heroku's router cuts a connection that is silent for 55."""
STALLED_SECONDS = 30.0
"""A browser that takes nothing for so long is let go; it catches up when it comes back."""
RETRY_MILLISECONDS = (500, 3000)
"""When a browser without our script comes back: not all at once after a deploy."""
STREAMS_PER_COACH = 10
"""In one process."""

HEARTBEAT = b"event: keep-alive\ndata:\n\n"
NUMBER = re.compile(r"[0-9]{1,40}", re.ASCII)


async def stream(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve GET /api/v1/companion/events/: the signed-in coach's events, after `Last-Event-ID` if given."""
    try:
        after = _asked_number(scope)
        opened = _admit(await _reader(scope))
    except RefusedError as refused:
        log.info("events.refused", status=refused.status, code=refused.code)
        await answers.refuse(send, refused)
        return
    try:
        await _serve(opened, after, receive, send)
    finally:
        registry.remove(opened)


def _asked_number(scope: Scope) -> int | None:
    """Read where to go on: the header, which a reconnecting browser sends, before the address."""
    if scope["method"] != "GET":
        raise RefusedError(405, "method_not_allowed", "The event stream is read with GET.")
    asked = _header(scope, b"last-event-id") or _query(scope, "lastEventId")
    if not asked:
        return None
    if not NUMBER.fullmatch(asked):
        raise RefusedError(400, "bad_event_id", "The last event id must be a number that this stream gave.")
    return int(asked)


def _header(scope: Scope, name: bytes) -> str:
    # HTTP/2 may split cookies over several headers; of no other header do we expect two.
    headers: answers.Headers = scope["headers"]
    return "; ".join(value.decode("latin-1") for key, value in headers if key == name)


def _query(scope: Scope, name: str) -> str:
    query: bytes = scope["query_string"]
    try:
        pairs = dict(parse_qsl(query.decode("latin-1"), max_num_fields=20))
    except ValueError:
        raise RefusedError(400, "bad_query", "The address has too many parameters.") from None
    return pairs.get(name, "")


async def _reader(scope: Scope) -> Reader:
    cookies, authorization = _header(scope, b"cookie"), _header(scope, b"authorization")
    now = timezone.now()
    try:
        return await in_thread(lambda: reader_of(cookies=cookies, authorization=authorization, now=now))
    except DatabaseError as error:
        log.warning("events.database_away", reason=type(error).__name__)
        message = "The event stream is away for a moment."
        raise RefusedError(503, "unavailable", message) from None


def _admit(reader: Reader) -> OpenStream:
    if registry.count(reader.coach_id) >= STREAMS_PER_COACH:
        message = f"{STREAMS_PER_COACH} event streams are open already."
        raise RefusedError(429, "too_many_streams", message)
    opened = OpenStream(reader)
    registry.add(opened)
    return opened


async def _serve(opened: OpenStream, after: int | None, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_disconnected(receive))
    lifetime = random.uniform(*LIFETIME_SECONDS)  # noqa: S311 # jitter, no secret
    timer = asyncio.get_running_loop().call_later(lifetime, opened.end)
    try:
        await answers.open_stream(send)
        retry = random.randint(*RETRY_MILLISECONDS)  # noqa: S311 # jitter, no secret
        await answers.send_chunk(send, b"retry: %d\n\n" % retry)
        await _send_events(opened, after, gone, send)
        async with asyncio.timeout(1):
            await answers.close_stream(send)
    except TimeoutError:
        log.info("events.stalled")
    except DatabaseError as error:
        log.warning("events.database_away", reason=type(error).__name__)
        await answers.close_stream(send)
    finally:
        timer.cancel()
        gone.cancel()


async def _send_events(opened: OpenStream, after: int | None, gone: "asyncio.Task[None]", send: Send) -> None:
    """Pass the library's chunks on until somebody ends it. Raises TimeoutError for a stalled browser."""
    async with aclosing(library.chunks(opened.listener, after=after)) as chunks:
        coming = _step(chunks)
        try:
            while True:
                either: set[asyncio.Future[Any]] = {coming, gone, opened.ended}
                await asyncio.wait(either, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if gone.done() or opened.ended.done():
                    return
                chunk = HEARTBEAT
                if coming.done():
                    chunk = coming.result()
                    coming = _step(chunks)
                async with asyncio.timeout(STALLED_SECONDS):
                    await answers.send_chunk(send, chunk)
        finally:
            # The generator cannot be closed while a step of it runs.
            coming.cancel()
            await asyncio.wait({coming})


def _step(chunks: AsyncGenerator[bytes, None]) -> "asyncio.Future[bytes]":
    return asyncio.ensure_future(anext(chunks))


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
