"""What a platform asks: is the process up, and can it serve?"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from journeyloop import heartbeats

CLOCK_IS_LATE_SECONDS = 60
"""Four ticks of the clock."""


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process is up; asks nobody else, so it tells nothing about them."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """
    Say whether this process can serve: 503 without the database or with unapplied migrations.

    Redis, clock and workers only degrade it: pages work without them, and work waits in its rows.
    """
    parts: dict[str, dict[str, Any]] = {"database": _database()}
    if parts["database"]["status"] != "ok":
        return JsonResponse({"status": "unavailable", "parts": parts}, status=503)
    parts |= _redis_parts()
    healthy = all(part["status"] == "ok" for part in parts.values())
    return JsonResponse({"status": "ok" if healthy else "degraded", "parts": parts})


def _database() -> dict[str, Any]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = _unapplied_migrations()
    except DatabaseError:
        return {"status": "down"}
    if waiting:
        return {"status": "behind", "unapplied_migrations": waiting}
    return {"status": "ok"}


def _unapplied_migrations() -> int:
    """Count them; "none" is remembered, because code and its migrations change only with a new process."""
    if caches["process"].get("migrations-are-applied"):
        return 0
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not waiting:
        caches["process"].set("migrations-are-applied", value=True, timeout=None)
    return waiting


def _redis_parts() -> dict[str, dict[str, Any]]:
    try:
        age = heartbeats.clock_age(now=timezone.now())
        workers = heartbeats.workers_seen()
    except RedisError:
        unknown = {"status": "unknown"}
        return {"redis": {"status": "down"}, "clock": unknown, "workers": unknown}
    clock = "never" if age is None else "late" if age > CLOCK_IS_LATE_SECONDS else "ok"
    return {
        "redis": {"status": "ok"},
        "clock": {"status": clock, "seconds_since_tick": None if age is None else round(age, 1)},
        "workers": {"status": "ok" if workers else "none", "seen": workers},
    }
