"""Database work from the event loop: in a few threads, and the connection given back after each piece."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")

DATABASE_THREADS = 4


class Database:
    """Runs short pieces of database work in a few threads, giving the connection back after each."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="database")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one piece of work and wait for it without blocking the loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, partial(_returning_connections, work, *args, **kwargs)
        )

    def close(self) -> None:
        """Wait for what is under way and end the threads."""
        self._threads.shutdown()


def _returning_connections(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    finally:
        connections.close_all()
