"""
Who works on which turn, decided by PostgreSQL alone and by its clock.

Runs as jl_system, which sees ids, states and times of every coach's turns and nothing else.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connections

LEASE = timedelta(seconds=30)
"""A worker that stays silent this long has lost its turns. It speaks up every two seconds."""
ATTEMPTS = 3
"""After so many the turn is given up, whatever broke it."""

_CLAIM = """
WITH due AS MATERIALIZED (
  SELECT q.id FROM companion_turn q
  WHERE (q.status = 'queued' AND q.not_before <= now() OR q.status = 'running' AND q.lease_until < now())
    AND q.attempts < %(attempts)s
    AND NOT EXISTS (
      SELECT 1 FROM companion_turn e
      WHERE e.conversation_id = q.conversation_id AND e.number < q.number
        AND e.status IN ('queued', 'running'))
  ORDER BY q.queued_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE companion_turn t
SET status = 'running', fence = fence + 1, attempts = attempts + 1, lease_until = now() + %(lease)s
FROM due WHERE t.id = due.id
RETURNING t.id, t.coach_id, t.fence
"""

_HOLD = """
UPDATE companion_turn t SET lease_until = now() + %(lease)s
FROM unnest(%(ids)s::uuid[], %(fences)s::int[]) AS held (id, fence)
WHERE t.id = held.id AND t.fence = held.fence AND t.status = 'running'
RETURNING t.id
"""

_RELEASE = """
UPDATE companion_turn t
SET status = 'queued', lease_until = NULL, attempts = attempts - 1
FROM unnest(%(ids)s::uuid[], %(fences)s::int[]) AS held (id, fence)
WHERE t.id = held.id AND t.fence = held.fence AND t.status = 'running'
"""

_LOST = """
SELECT id, coach_id, fence FROM companion_turn
WHERE status = 'running' AND lease_until < now() AND attempts >= %(attempts)s
ORDER BY queued_at
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one turn until the lease ends or somebody raises the fence."""

    turn_id: UUID
    coach_id: UUID
    fence: int


def claim_turns(*, limit: int) -> list[Claim]:
    """Take up to `limit` due turns, oldest first; a conversation's turns only in their order."""
    return _claims(_CLAIM, {"limit": limit, "attempts": ATTEMPTS, "lease": LEASE})


def hold(claims: Collection[Claim]) -> set[UUID]:
    """Extend these leases; returns the turns that are still ours. Others were cancelled or overtaken."""
    return {row[0] for row in _rows(_HOLD, {**_held(claims), "lease": LEASE})}


def release(claims: Collection[Claim]) -> None:
    """Hand turns back at once, without counting the attempt: the next worker starts them afresh."""
    with connections["system"].cursor() as cursor:
        cursor.execute(_RELEASE, _held(claims))


def lost() -> list[Claim]:
    """Find the turns that have outlived their last attempt, for `turns.give_up` to end."""
    return _claims(_LOST, {"attempts": ATTEMPTS})


def _claims(statement: str, values: Mapping[str, Any]) -> list[Claim]:
    return [Claim(*row) for row in _rows(statement, values)]


def _held(claims: Iterable[Claim]) -> dict[str, Any]:
    held = list(claims)
    return {"ids": [claim.turn_id for claim in held], "fences": [claim.fence for claim in held]}


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connections["system"].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
