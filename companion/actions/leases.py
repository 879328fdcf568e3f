"""
Who works on which row of a table of work, decided by PostgreSQL alone and by its clock.

`TURNS` and `ERRANDS` run as jl_system, which sees ids, states and times of every coach's rows and nothing
else. Both tables have the columns of companion.models.Turn that are named here, and `Turn.Status`'s states.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import F
from django.db.models.functions import Now
from psycopg import sql

from companion.actions.told import Told
from companion.models import Errand, Turn
from journeyloop.postgres import prepared
from journeyloop.postgres.prepared import Prepared, from_named

LEASE_TIME = timedelta(seconds=30)
"""A worker that stays silent this long has lost its work. It speaks up every two seconds."""
ATTEMPTS = 3
"""After so many the work is given up, whatever broke it."""


class OvertakenError(Exception):
    """This lease no longer holds its row: the work was cancelled, or another worker has it."""


class NotWaitingError(Exception):
    """This row does not wait to be worked on: it is over, or somebody has it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one turn or errand until it runs out or somebody raises the fence."""

    work_id: UUID
    coach_id: UUID
    fence: int

    def overtaken(self) -> OvertakenError:
        """Give what to raise when the row is no longer held."""
        return OvertakenError(f"{self.work_id} is no longer held at fence {self.fence}")


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a failed attempt: what browsers hear, and when to try again (None = never)."""

    told: list[Told]
    again_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long work waits for another attempt: after the first, after the second, and at most."""

    waits: tuple[timedelta, timedelta]
    longest: timedelta
    """A provider that asks for more gets failed work and the coach a button."""

    def after(self, attempts: int, *, asked_seconds: float | None) -> timedelta | None:
        """Say how long, never less than the provider asked for; None when there is no other attempt."""
        if attempts >= ATTEMPTS:
            return None
        # Spread, so that what failed together does not come back together.
        planned = self.waits[attempts - 1] * random.uniform(1.0, 1.4)  # noqa: S311 - no secret
        wait = max(planned, timedelta(seconds=asked_seconds or 0))
        return wait if wait <= self.longest else None


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

    def claim(self, *, limit: int, suspect: bool | None = None) -> list[Lease]:
        """
        Take up to `limit` due rows: the dropped ones first, then those that are due longest.

        A suspect is on its last attempt after a worker that had it went silent: it may be what kills them.
        `suspect` keeps to those or to the others; None takes both. Who has a suspect should take no second:
        of all that died together with it, only it is given up.
        """
        return self._leases(_CLAIM, limit=limit, attempts=ATTEMPTS, lease=LEASE_TIME, suspect=suspect)

    def hold(self, held: Collection[Lease]) -> set[UUID]:
        """Extend these; returns the ids of the work that is still ours. Other was cancelled or overtaken."""
        return {row[0] for row in self._rows(_HOLD, lease=LEASE_TIME, **_columns(held))}

    def release(self, held: Collection[Lease]) -> None:
        """Hand work back at once, without counting the attempt: the next worker starts it afresh."""
        self._rows(_RELEASE, **_columns(held))

    def lost(self) -> list[Lease]:
        """Find the work that has outlived its last attempt, for somebody to end."""
        return self._leases(_LOST, attempts=ATTEMPTS)

    def _leases(self, statement: str, **values: Any) -> list[Lease]:
        return [Lease(*row) for row in self._rows(statement, **values)]

    def _rows(self, statement: str, **values: Any) -> list[Any]:
        written = _written(statement, self.table, self.free)
        (found,) = prepared.run(connections["system"], [written.filled(**values)])
        return found


@cache
def _written(statement: str, table: str, free: str) -> Prepared:
    text = sql.SQL(statement).format(table=sql.Identifier(table), free=sql.SQL(free)).as_string()
    return from_named(text, name=table)


def _columns(held: Collection[Lease]) -> dict[str, list[Any]]:
    return {"ids": [lease.work_id for lease in held], "fences": [lease.fence for lease in held]}


# A conversation's turns are claimed in their order only. The first condition makes the second cheap: what
# waits behind a running turn is passed over by a look into a small hash table, not by one into an index for
# each turn. What it misses, the second finds.
TURNS = Leases(
    "companion_turn",
    free="""q.conversation_id NOT IN (
      SELECT r.conversation_id FROM companion_turn r
      WHERE r.status = 'running' ORDER BY r.lease_until DESC LIMIT 500)
    AND NOT EXISTS (
      SELECT 1 FROM companion_turn e
      WHERE e.conversation_id = q.conversation_id AND e.number < q.number
        AND e.status IN ('queued', 'running'))""",
)
ERRANDS = Leases("companion_errand")


def take(work: Turn | Errand, *, lasting: timedelta) -> Lease:
    """
    Claim this one row of the open tenant, for whoever carries their own work.

    In the transaction that queues the row no worker sees it waiting. Raises NotWaitingError.
    """
    columns = {
        "status": "running",
        "fence": F("fence") + 1,
        "attempts": F("attempts") + 1,
        "lease_until": Now() + lasting,
    }
    if not type(work).objects.filter(pk=work.pk, status="queued").update(**columns):
        raise NotWaitingError(f"{work} does not wait")
    work.refresh_from_db(fields=["status", "fence", "attempts", "lease_until"])
    return Lease(work.pk, work.coach_id, work.fence)
