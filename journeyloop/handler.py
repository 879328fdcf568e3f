"""Django's way from a request to its answer, for an application whose views are all synchronous."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import IO, Any, TypeVar

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import close_old_connections
from django.http import FileResponse
from django.urls import set_script_prefix

T = TypeVar("T")
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

THREADS = 96
"""At most: more than may wait for the database (settings), so that some are left for the others."""
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")


class Handler(ASGIHandler):
    """
    Django with everything synchronous in one hop to a thread that is kept.

    Its own makes a thread for each request, and in it a new wrapper around the database, and goes there for
    the beginning, the middleware, the view and the end. Nor is it listened for browsers that go away
    meanwhile: what is synchronous goes on anyway.
    """

    def __init__(self) -> None:
        # Not `super().__init__()`, which prepares for asynchronous views. We have none.
        self.load_middleware(is_async=False)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, answer it in a thread, and send the answer."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        response = await _in_thread(self._answer, scope, body)
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await _in_thread(response.close)

    def _answer(self, scope: Scope, body: IO[bytes]) -> Any:
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=type(self), scope=scope)
        try:
            request, refusal = self.create_request(scope, body)
            response: Any = self.get_response(request) if request else refusal
        finally:
            body.close()
        response._handler_class = type(self)
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if response.streaming:
            close_old_connections()  # this thread's; what streams is closed in another
        else:
            response.close()  # and gives the database's connection back before anything is sent
        return response


async def _in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Run it in a context of its own, so that the thread keeps nothing of one request for the next."""
    loop, context = asyncio.get_running_loop(), copy_context()
    return await loop.run_in_executor(_threads, context.run, work, *arguments)
