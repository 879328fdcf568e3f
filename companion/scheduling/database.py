"""Database work from the event loop: in a few threads, and the connection given back after each piece."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import structlog
from django.db import DatabaseError, connections

from journeyloop.outages import is_outage

P = ParamSpec("P")
T = TypeVar("T")

DATABASE_THREADS = 2
"""More wait for each other in Python, not for PostgreSQL. Turns and errands have theirs apart."""
PATIENCE_SECONDS = 60.0
"""How long an outage may last before work in hand is dropped: two leases, so that others have it by then."""
PAUSE_SECONDS = 0.5

log = structlog.get_logger(__name__)


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

    async def patiently(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """
        Do the same, again and again while the database is away.

        For work that a fence makes harmless to repeat: a whole answer outlives a restart of PostgreSQL.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_SECONDS
        while True:
            try:
                return await self.run(work, *args, **kwargs)
            except DatabaseError as error:
                if not is_outage(error) or loop.time() > until:
                    raise
                log.warning("database.away", error=type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)

    def close(self) -> None:
        """Wait for what is under way and end the threads."""
        self._threads.shutdown()


def _returning_connections(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    finally:
        connections.close_all()
