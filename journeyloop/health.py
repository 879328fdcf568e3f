"""What a platform asks: is the process up, and can it serve?"""

from datetime import datetime
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

Part = dict[str, Any]
"""`status`, which is "ok" when all is well, and figures."""

STARTED_AT = timezone.now()
"""Since when this process could have missed the clock."""


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
    now = timezone.now()
    heartbeats.note_silence(now=now, since=STARTED_AT)
    parts = look(now=now)
    if parts["database"]["status"] != "ok":
        return JsonResponse({"status": "unavailable", "parts": parts}, status=503)
    healthy = all(part["status"] == "ok" for part in parts.values())
    return JsonResponse({"status": "ok" if healthy else "degraded", "parts": parts})


def look(*, now: datetime) -> dict[str, Part]:
    """Look at each part; without a database nobody asks for the others."""
    database = _database()
    others = {} if database["status"] == "down" else _redis_parts(now)
    return {"database": database, **others}


def _database() -> Part:
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


def _redis_parts(now: datetime) -> dict[str, Part]:
    try:
        age = heartbeats.clock_age(now=now)
        workers = heartbeats.workers_seen()
    except RedisError:
        unknown = {"status": "unknown"}
        return {"redis": {"status": "down"}, "clock": unknown, "workers": unknown}
    clock = "never" if age is None else "late" if age > heartbeats.CLOCK_IS_LATE_SECONDS else "ok"
    return {
        "redis": {"status": "ok"},
        "clock": {"status": clock, "seconds_since_tick": None if age is None else round(age, 1)},
        "workers": {"status": "ok" if workers else "none", "seen": len(workers)},
    }
