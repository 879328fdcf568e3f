"""Background work that is no answer: how much waits and runs, and what failed of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from companion.api.operations.failures import DAYS
from companion.api.operations.system import rows

SHOWN = 20

_UNFINISHED = """
SELECT count(*) FILTER (WHERE status = 'queued'), count(*) FILTER (WHERE status = 'running')
FROM companion_errand WHERE status IN ('queued', 'running')
"""

_FAILED = """
SELECT id, coach_id, kind, error_code, attempts, finished_at FROM companion_errand
WHERE status = 'failed' AND finished_at > now() - %(days)s * interval '1 day'
ORDER BY finished_at DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Failed:
    """One errand that failed. The coach who sent it has a button to send it again."""

    id: UUID
    coach_id: UUID
    kind: str
    code: str
    attempts: int
    finished_at: datetime


@dataclass(frozen=True, slots=True)
class Errands:
    """What is to be done now, and the newest of what failed in the last days."""

    waiting: int
    running: int
    failed: list[Failed]


def errands() -> Errands:
    """Read them."""
    failed = rows(_FAILED, {"days": DAYS, "limit": SHOWN})
    waiting, running = rows(_UNFINISHED)[0]
    return Errands(waiting, running, [Failed(*row) for row in failed])
