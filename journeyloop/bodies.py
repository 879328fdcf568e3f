"""A limit for what a request may bring along, kept before any of it is stored or anybody is asked."""

from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

LIMIT = 5_000_000
"""Bytes: twice what Django reads of a form. Whatever takes files will need a limit of its own."""


class BodyTooLargeError(Exception):
    """A request brings more than the limit."""


def limited(scope: dict[str, Any], receive: Receive) -> Receive:
    """
    Read a body no further than the limit.

    Django stores the whole of it on the disk first, whoever sends it. Raises BodyTooLargeError, here for a
    length that the request announces, later for one that turns out.
    """
    if _announced(scope) > LIMIT:
        raise BodyTooLargeError
    arrived = 0

    async def receive_some() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > LIMIT:
            raise BodyTooLargeError
        return message

    return receive_some


def _announced(scope: dict[str, Any]) -> int:
    length = dict(scope.get("headers", ())).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0
