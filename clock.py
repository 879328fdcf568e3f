"""
The clock: it finds nothing and does nothing itself, it only says "now" to those who look for due rows.

Two clocks are harmless, and so is none for a while: what was due is found at the next tick.
"""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

import django
import structlog
from apscheduler.schedulers.blocking import BlockingScheduler

TICK_SECONDS = 15
TIDY_MINUTES = 5

log = structlog.get_logger("clock")


def build_scheduler() -> BlockingScheduler:
    """Register both beats. A beat that was missed happens once, late; a beat never overlaps itself."""
    from companion.scheduling import engine
    from journeyloop import heartbeats

    def tick(*, now: datetime) -> None:
        engine.tick()
        heartbeats.clock_ticked(now=now)

    scheduler = BlockingScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    started = datetime.now(UTC)
    for name, beat, every in (
        ("tick", tick, {"seconds": TICK_SECONDS}),
        ("tidy", engine.tidy, {"minutes": TIDY_MINUTES}),
    ):
        scheduler.add_job(_guarded(name, beat), "interval", **every, id=name, next_run_time=started)
    return scheduler


def _guarded(name: str, beat: Callable[..., object]) -> Callable[[], None]:
    """Give a beat fresh database connections, and let the next one come whatever happens to this one."""
    from django.db import connections

    def run() -> None:
        try:
            beat(now=datetime.now(UTC))
        except Exception:
            log.exception("clock.beat_failed", beat=name)
        finally:
            connections.close_all()

    return run


def main() -> None:
    """Run until SIGTERM or Ctrl-C; a beat that is under way is finished."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyloop.settings")
    django.setup()
    from journeyloop.tenancy.boot import refuse_wrong_role

    refuse_wrong_role()
    scheduler = build_scheduler()

    def stop(_number: int, _frame: FrameType | None) -> None:
        scheduler.shutdown(wait=False)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    log.info("clock.started", tick_seconds=TICK_SECONDS, tidy_minutes=TIDY_MINUTES)
    scheduler.start()
    log.info("clock.gone")


if __name__ == "__main__":
    main()
