"""
Runs one of the product's processes with marks around the steps of a turn; for `bench.profile_turn` only.

`python -m bench.marked FILE web PORT` or `… FILE work`. The product knows nothing of it: functions are
wrapped here, after import, and each call becomes a line `name start end` in FILE, by the clock that all
processes share.
"""

import functools
import inspect
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TextIO

WEB: Sequence[tuple[str, str]] = (
    ("web: request", "journeyloop.asgi:django"),
    ("web: sign-in found, view and commit", "coaching.accounts.middleware:CoachOfRequest.__call__"),
    ("web: say", "companion.api.views.chat:say"),
    ("web: ring", "companion.scheduling.queue:_ring"),
    ("web: to the browser", "companion.api.events.answers:send_chunk"),
)
WORKER: Sequence[tuple[str, str]] = (
    ("worker: bell", "companion.scheduling.doorbell:Doorbell.execute_job"),
    ("worker: claim", "companion.actions.leases:Leases.claim"),
    ("worker: begin", "companion.scheduling.executor:_begin"),
    ("worker: look", "companion.actions.scenes:look"),
    ("worker: assemble", "companion.actions.turns:assemble"),
    ("worker: reserve", "companion.actions.usage:reserve"),
    ("worker: ask the model", "companion.engine.agent:_listen"),
    ("worker: show", "companion.scheduling.executor:_show"),
    ("worker: publish", "companion.api.events.publishing:Publisher._pipe"),
    ("worker: finish", "companion.scheduling.executor:_finish"),
)


def main() -> None:
    """Wrap, then run."""
    file, process, *rest = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyloop.settings")
    import django

    django.setup()
    with open(file, "w", buffering=1) as lines:  # noqa: PTH123 - a line at a time
        _wrap("sql", "django.db.backends.utils:CursorWrapper.execute", lines)
        for name, where in WEB if process == "web" else WORKER:
            _wrap(name, where, lines)
        _run(process, rest)


def _run(process: str, rest: Sequence[str]) -> None:
    if process == "web":
        import uvicorn

        app = import_module("journeyloop.asgi").application
        uvicorn.run(
            app,
            port=int(rest[0]),
            log_level="warning",
            access_log=False,
            timeout_keep_alive=60,
            lifespan="off",
        )
    else:
        from django.core.management import call_command

        call_command("work")


def _wrap(name: str, where: str, lines: TextIO) -> None:
    module, _, path = where.partition(":")
    holder: Any = import_module(module)
    *outer, last = path.split(".")
    for each in outer:
        holder = getattr(holder, each)
    setattr(holder, last, _marked(name, getattr(holder, last), lines))


def _marked(name: str, work: Callable[..., Any], lines: TextIO) -> Callable[..., Any]:
    def note(start: float) -> None:
        lines.write(f"{name}\t{start}\t{time.monotonic()}\n")

    if inspect.iscoroutinefunction(work) or inspect.iscoroutinefunction(getattr(work, "__call__", None)):  # noqa: B004 - Django's entry is an object

        async def marked_async(*args: Any, **kwargs: Any) -> Any:
            start = time.monotonic()
            try:
                return await work(*args, **kwargs)
            finally:
                note(start)

        return marked_async

    @functools.wraps(work)
    def marked(*args: Any, **kwargs: Any) -> Any:
        start = time.monotonic()
        try:
            return work(*args, **kwargs)
        finally:
            note(start)

    return marked


if __name__ == "__main__":
    main()
