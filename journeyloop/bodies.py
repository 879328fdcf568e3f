"""A limit for what a request may bring along, kept before any of it is stored or anybody is asked."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]

LIMIT = 5_000_000
"""Bytes: twice what Django reads of a form."""
FILE_LIMIT = 12_000_000
"""The same where a file may come along: a little more than the view takes, which then says so in words."""
TAKES_FILES = re.compile(r"/sessions/[0-9a-f-]{36}/transcript/upload/\Z")


class BodyTooLargeError(Exception):
    """A request brings more than the limit."""


def limited(scope: dict[str, Any], receive: Receive) -> Receive:
    """
    Read a body no further than the limit.

    Django stores the whole of it on the disk first, whoever sends it. Raises BodyTooLargeError, here for a
    length that the request announces, later for one that turns out.
    """
    limit = FILE_LIMIT if TAKES_FILES.match(scope.get("path", "")) else LIMIT
    if _announced(scope) > limit:
        raise BodyTooLargeError
    arrived = 0

    async def receive_some() -> Message:
        nonlocal arrived
        message = await receive()
        arrived += len(message.get("body", b""))
        if arrived > limit:
            raise BodyTooLargeError
        return message

    return receive_some


def _announced(scope: dict[str, Any]) -> int:
    length = dict(scope.get("headers", ())).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0
