"""
Who works on which row of a table of work, decided by PostgreSQL alone and by its clock.

Runs as jl_system, which sees ids, states and times of every coach's rows and nothing else. The table has the
columns of companion.models.Turn that are named here, and `Turn.Status`'s states.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import F
from django.db.models.functions import Now
from psycopg import sql

from companion.models import Errand, Turn

LEASE = timedelta(seconds=30)
"""A worker that stays silent this long has lost its work. It speaks up every two seconds."""
ATTEMPTS = 3
"""After so many the work is given up, whatever broke it."""

Row = tuple[UUID, UUID, int]
"""Id, coach and fence of a claimed row."""

# Each part finds its rows by an index of its own, however many others wait or run.
_CLAIM = """
WITH dropped AS MATERIALIZED (
  SELECT q.id FROM {table} q
  WHERE q.status = 'running' AND q.lease_until < now() AND q.attempts < %(attempts)s
    AND coalesce((q.attempts = %(attempts)s - 1) = %(suspect)s, true)
  ORDER BY q.lease_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
due AS MATERIALIZED (
  SELECT q.id FROM {table} q
  WHERE q.status = 'queued' AND q.not_before <= now() AND q.attempts < %(attempts)s AND {free}
    AND NOT coalesce(%(suspect)s, false)
  ORDER BY q.not_before LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
taken AS (SELECT id FROM dropped UNION ALL SELECT id FROM due LIMIT %(limit)s)
UPDATE {table} t
SET status = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = now() + %(lease)s
FROM taken WHERE t.id = taken.id
RETURNING t.id, t.coach_id, t.fence
"""

_HOLD = """
UPDATE {table} t SET lease_until = now() + %(lease)s
FROM unnest(%(ids)s::uuid[], %(fences)s::int[]) AS held (id, fence)
WHERE t.id = held.id AND t.fence = held.fence AND t.status = 'running'
RETURNING t.id
"""

_RELEASE = """
UPDATE {table} t
SET status = 'queued', lease_until = NULL, attempts = attempts - 1
FROM unnest(%(ids)s::uuid[], %(fences)s::int[]) AS held (id, fence)
WHERE t.id = held.id AND t.fence = held.fence AND t.status = 'running'
RETURNING t.id
"""

_LOST = """
SELECT id, coach_id, fence FROM {table}
WHERE status = 'running' AND lease_until < now() AND attempts >= %(attempts)s
ORDER BY queued_at
"""


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases on one table. `free` is a condition on a queued row `q` that a claim waits for."""

    table: str
    free: str = "true"

    def claim(self, *, limit: int, suspect: bool | None = None) -> list[Row]:
        """
        Take up to `limit` due rows: the dropped ones first, then those that are due longest.

        A suspect is on its last attempt after a worker that had it went silent: it may be what kills them.
        `suspect` keeps to those or to the others; None takes both.
        """
        return self._rows(_CLAIM, limit=limit, attempts=ATTEMPTS, lease=LEASE, suspect=suspect)

    def hold(self, held: Sequence[tuple[UUID, int]]) -> set[UUID]:
        """Extend the leases of these ids at these fences; returns the ids that are still ours."""
        return {row[0] for row in self._rows(_HOLD, lease=LEASE, **_columns(held))}

    def release(self, held: Sequence[tuple[UUID, int]]) -> None:
        """Hand rows back at once, without counting the attempt: the next worker starts them afresh."""
        self._rows(_RELEASE, **_columns(held))

    def lost(self) -> list[Row]:
        """Find the rows that have outlived their last attempt."""
        return self._rows(_LOST, attempts=ATTEMPTS)

    def _rows(self, statement: str, **values: Any) -> list[Any]:
        with connections["system"].cursor() as cursor:
            cursor.execute(_written(statement, self.table, self.free), values)
            return list(cursor.fetchall())


@cache
def _written(statement: str, table: str, free: str) -> str:
    return sql.SQL(statement).format(table=sql.Identifier(table), free=sql.SQL(free)).as_string()


class NotWaitingError(Exception):
    """This row does not wait to be worked on: it is over, or somebody has it."""


def take(work: Turn | Errand, *, lease: timedelta) -> int:
    """
    Claim this one row of the open tenant, for whoever carries their own work; returns the fence.

    In the transaction that queues the row no worker sees it waiting. Raises NotWaitingError.
    """
    columns = {
        "status": "running",
        "fence": F("fence") + 1,
        "attempts": F("attempts") + 1,
        "lease_until": Now() + lease,
    }
    if not type(work).objects.filter(pk=work.pk, status="queued").update(**columns):
        raise NotWaitingError(f"{work} does not wait")
    work.refresh_from_db(fields=["status", "fence", "attempts", "lease_until"])
    return work.fence


def _columns(held: Sequence[tuple[UUID, int]]) -> dict[str, list[Any]]:
    return {"ids": [pk for pk, _ in held], "fences": [fence for _, fence in held]}
