"""How many turns wait, run and have ended, and how long the oldest has waited."""

from dataclasses import dataclass

from companion.api.operations.system import rows

# A turn that waits for an earlier one of its conversation, or for its retry, is not kept waiting by us.
_UNFINISHED = """
SELECT count(*) FILTER (WHERE status = 'queued'),
       count(*) FILTER (WHERE status = 'running'),
       count(*) FILTER (WHERE status = 'running' AND lease_until < now()),
       extract(epoch FROM now() - min(greatest(queued_at, not_before)) FILTER (
         WHERE status = 'queued' AND not_before <= now() AND NOT EXISTS (
           SELECT 1 FROM companion_turn e
           WHERE e.conversation_id = q.conversation_id AND e.number < q.number
             AND e.status IN ('queued', 'running'))))::float
FROM companion_turn q WHERE status IN ('queued', 'running')
"""

_ENDED = """
SELECT count(*) FILTER (WHERE status = 'done'),
       count(*) FILTER (WHERE status = 'failed'),
       count(*) FILTER (WHERE status = 'cancelled'),
       count(*) FILTER (WHERE attempts > 1)
FROM companion_turn WHERE finished_at > now() - %(hours)s * interval '1 hour'
"""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is to be done now."""

    waiting: int
    running: int
    silent: int
    """Running by the row, but nobody has extended the lease: claimed again soon, or ended by the clock."""
    oldest_seconds: float | None
    """How long a turn has waited that a free worker would take at once; None when there is none."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What has ended within some hours."""

    done: int
    failed: int
    cancelled: int
    retried: int
    """Those that took more than one attempt, whatever came of it."""


def unfinished() -> Unfinished:
    """Count what waits and runs."""
    return Unfinished(*rows(_UNFINISHED)[0])


def ended(*, hours: int) -> Ended:
    """Count what has ended lately."""
    return Ended(*rows(_ENDED, {"hours": hours})[0])
