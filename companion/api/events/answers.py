"""What the event route says over HTTP, as ASGI messages."""

import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

from django.conf import settings

from companion.api.events.readers import RefusedError
from journeyloop import browser_rules

Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def refuse(send: Send, refused: RefusedError) -> None:
    """Answer with the one error shape of the API."""
    error = {"code": refused.code, "message": refused.message, "details": {}}
    body = json.dumps({"error": error}).encode()
    extra = [(b"content-length", str(len(body)).encode())]
    if refused.status == 405:
        extra.append((b"allow", b"GET"))
    if refused.status in {429, 503}:
        extra.append((b"retry-after", b"10"))
    await send(_start(refused.status, b"application/json", extra))
    await send(_body(body, more=False))


async def open_stream(send: Send) -> None:
    """Send the head of an event stream; `no` tells proxies not to hold it back."""
    await send(_start(200, b"text/event-stream; charset=utf-8", [(b"x-accel-buffering", b"no")]))


async def send_chunk(send: Send, chunk: bytes) -> None:
    """Send a part of the stream."""
    await send(_body(chunk, more=True))


async def close_stream(send: Send) -> None:
    """End the stream as a complete answer."""
    await send(_body(b"", more=False))


def _start(status: int, content_type: bytes, extra: Headers) -> Message:
    headers = [(b"content-type", content_type), *_common_headers(), *extra]
    return {"type": "http.response.start", "status": status, "headers": headers}


def _body(part: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": part, "more_body": more}


@cache
def _common_headers() -> Headers:
    """Say what Django's middleware would say: this route does not pass through it."""
    headers = [
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", settings.SECURE_REFERRER_POLICY.encode()),
        (b"cross-origin-opener-policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY.encode()),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        (b"x-frame-options", b"DENY"),
        *((name.lower().encode(), value.encode()) for name, value in browser_rules.HEADERS.items()),
    ]
    if settings.SECURE_HSTS_SECONDS:
        age = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        headers.append((b"strict-transport-security", age.encode()))
    return headers
