"""How long coaches waited: for a worker, for the first text, for the whole answer."""

from dataclasses import dataclass

from companion.api.operations.system import rows

# A turn whose fence has risen more often than its attempts was stopped, asked again or handed over by a
# deployment: its time includes somebody's pause, so it is left out.
_WAITS = """
WITH answered AS (
  SELECT t.finished_at - t.queued_at AS whole,
         min(u.reserved_at) - t.queued_at AS claimed,
         min(u.reserved_at + u.first_text_ms * interval '1 millisecond') - t.queued_at AS first_text
  FROM companion_turn t
  LEFT JOIN companion_usageentry u ON u.coach_id = t.coach_id AND u.turn_id = t.id
  WHERE t.status = 'done' AND t.fence = t.attempts
    AND t.finished_at > now() - %(hours)s * interval '1 hour'
  GROUP BY t.id)
SELECT count(*), {columns} FROM answered
"""
_PERCENTILES = """
percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM {name})::float)"""


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds: half of the turns took no longer, and 19 of 20; None when there were none."""

    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Waits:
    """Of the turns answered within some hours, from the moment that the coach had spoken."""

    turns: int
    claimed: Wait
    first_text: Wait
    whole: Wait


def waits(*, hours: int) -> Waits:
    """Measure the turns that were answered lately."""
    columns = ", ".join(_PERCENTILES.format(name=name) for name in ("claimed", "first_text", "whole"))
    count, *found = rows(_WAITS.format(columns=columns), {"hours": hours})[0]
    return Waits(count, *(Wait(*(each or (None, None))) for each in found))
