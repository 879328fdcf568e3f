"""Several threads that begin in the same instant, each with database connections of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


def at_once(works: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Do all of them together; returns what each gave or raised, in their order."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], T]) -> T | Exception:
        start.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001  the test says which are right
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def meanwhile(work: Callable[[], T]) -> Future[T]:
    """Begin this in a thread and give it time to run into a lock that the caller holds."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    thread = ThreadPoolExecutor(1)
    future = thread.submit(run)
    thread.shutdown(wait=False)
    wait([future], timeout=0.4)
    return future
