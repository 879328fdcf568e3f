"""The audit log of all practices: what was done, by whom, to which row, and when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from companion.api.operations.system import rows

SHOWN = 50

# Keys made later sort later, so the primary key finds the newest.
_NEWEST = """
SELECT id, at, deed, coach_id, by_id, object_id FROM companion_auditevent
WHERE (%(before)s::uuid IS NULL OR id < %(before)s)
  AND (%(about)s::uuid IS NULL OR %(about)s IN (coach_id, by_id, object_id))
ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the log."""

    id: UUID
    at: datetime
    deed: str
    coach_id: UUID
    by_id: UUID | None
    """None: the companion itself."""
    object_id: UUID | None


@dataclass(frozen=True, slots=True)
class Deeds:
    """A page of the log, the newest first."""

    shown: list[Deed]
    older_than: UUID | None
    """Where the next page begins; None when this is the last."""


def newest(*, before: UUID | None = None, about: UUID | None = None) -> Deeds:
    """Read a page: before a deed, or about one practice, person or row."""
    found = [Deed(*row) for row in rows(_NEWEST, {"before": before, "about": about, "limit": SHOWN + 1})]
    shown = found[:SHOWN]
    return Deeds(shown, shown[-1].id if len(found) > SHOWN else None)
