"""Everything that the operators' page shows, read at one moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from redis import RedisError

from companion.api.operations import costs, errands, failures, latency, turns, verdict
from companion.scheduling import queue
from journeyloop import health, heartbeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The page's figures."""

    verdict: verdict.Verdict
    parts: dict[str, health.Part]
    is_single_role: bool
    workers: list[heartbeats.Worker]
    rings: int | None
    """Rings that no worker has taken; None while Redis is away."""
    unfinished: turns.Unfinished
    hour: turns.Ended
    day: turns.Ended
    waits_of_hour: latency.Waits
    waits_of_day: latency.Waits
    costs: costs.Costs
    failures: list[failures.Kind]
    errands: errands.Errands


def look(*, now: datetime, midnight: datetime) -> Overview:
    """Read everything; `midnight` began the reader's day."""
    parts = health.look(now=now)
    workers, rings = _seen_in_redis() if parts["redis"]["status"] == "ok" else ([], None)
    figures: dict[str, Any] = {
        "parts": parts,
        "is_single_role": _is_single_role(),
        "unfinished": turns.unfinished(),
        "hour": turns.ended(hours=1),
        "costs": costs.costs(midnight=midnight),
    }
    kinds = failures.kinds()
    return Overview(
        **figures,
        verdict=verdict.judge(**figures, kinds=kinds),
        failures=kinds,
        errands=errands.errands(),
        workers=workers,
        rings=rings,
        day=turns.ended(hours=24),
        waits_of_hour=latency.waits(hours=1),
        waits_of_day=latency.waits(hours=24),
    )


def _seen_in_redis() -> tuple[list[heartbeats.Worker], int | None]:
    try:
        return heartbeats.workers_seen(), queue.rings_unheard()
    except RedisError:
        return [], None


def _is_single_role() -> bool:
    """Say whether two of the three roles are one."""
    return len({database["USER"] for database in settings.DATABASES.values()}) < len(settings.DATABASES)
