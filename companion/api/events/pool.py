"""The event route's only threads: two, for short database reads, however many streams are open."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")

_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="events")


async def in_thread(work: Callable[[], T]) -> T:
    """Run one short read and give its connections back."""

    def _work() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.get_running_loop().run_in_executor(_pool, _work)
