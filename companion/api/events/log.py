"""
The event log: what a coach's browsers were told, kept for a day so that they can catch up.

Numbers count per coach, without gaps, in the order of commits. Knows nothing of Redis or streams.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Max

from companion.models import StreamCounter, StreamEvent
from journeyloop.ids import uuid7
from journeyloop.postgres import prepared
from journeyloop.postgres.prepared import from_named
from journeyloop.tenancy import TenantMismatchError, current_tenant, tenant
from journeyloop.tenancy.readings import Reading, read

KEPT = timedelta(hours=24)

# One statement: the counter's row lock is held until commit, so numbers follow commits.
_APPEND = from_named(
    """
WITH counter AS (
    INSERT INTO companion_streamcounter (id, coach_id, last_number) VALUES (%(counter)s, %(coach)s, 1)
    ON CONFLICT (coach_id) DO UPDATE SET last_number = companion_streamcounter.last_number + 1
    RETURNING last_number
)
INSERT INTO companion_streamevent (id, coach_id, number, event, data)
SELECT %(id)s, %(coach)s, last_number, %(event)s, %(data)s::jsonb FROM counter
RETURNING number
""",
    name="companion_streamevent",
)


class UnknownNumberError(Exception):
    """The log cannot continue after this number: it was never given, or is trimmed away."""

    def __init__(self, number: int, newest: int) -> None:
        super().__init__(f"event {number} is not in the log; the newest is {newest}")
        self.newest = newest


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it goes over the wire."""

    number: int
    event: str
    data: str
    """JSON."""


def encode(data: Mapping[str, object]) -> str:
    """Write data as JSON; keys, dates and UUIDs included."""
    return json.dumps(data, cls=DjangoJSONEncoder)


def append(coach_id: UUID, event: str, data: str) -> int:
    """
    Append one event inside the open tenant's transaction; returns its number.

    Holds the coach's counter until commit: record last, or two transactions may wait for each other.
    """
    if current_tenant().coach_id != coach_id:
        raise TenantMismatchError(f"cannot record an event of coach {coach_id} in another coach's tenant")
    values = {"counter": uuid7(), "id": uuid7(), "coach": coach_id, "event": event, "data": data}
    (((number,),),) = prepared.run(connection, [_APPEND.filled(**values)])
    return int(number)


def newest(coach_id: UUID) -> int:
    """Say the number of a coach's newest event; 0 before the first."""
    with tenant(coach_id):
        (counters,) = read(_COUNTER())
    return max((counter.last_number for counter in counters), default=0)


def after(coach_id: UUID, number: int, *, limit: int) -> list[Entry]:
    """List the events that follow `number`, oldest first. Raises UnknownNumberError after a gap."""
    with tenant(coach_id):
        # The counter first: an event committed between the two reads must not look like a gap.
        last = newest(coach_id)
        if not 0 <= number <= last:
            raise UnknownNumberError(number, last)
        rows = StreamEvent.objects.filter(number__gt=number).order_by("number")[:limit]
        entries = [Entry(row.number, row.event, json.dumps(row.data)) for row in rows]
    if number < last and (not entries or entries[0].number != number + 1):
        raise UnknownNumberError(number, last)
    return entries


def newest_of(coach_ids: set[UUID]) -> dict[UUID, int]:
    """Say the newest number of many coaches in one query, as the system role."""
    rows = StreamCounter.all_tenants.using("system").filter(coach_id__in=coach_ids)
    return dict(rows.values_list("coach_id", "last_number"))


def trim(*, now: datetime) -> int:
    """Delete what is older than a day; returns how many coaches had such events."""
    old = StreamEvent.all_tenants.using("system").filter(created_at__lt=now - KEPT)
    coach_ids = list(old.values_list("coach_id", flat=True).distinct())
    for coach_id in coach_ids:
        with tenant(coach_id):
            _trim_one(before=now - KEPT)
    return len(coach_ids)


# One row a coach, or none yet.
_COUNTER = Reading(lambda: StreamCounter.objects.values_list("last_number", named=True))


def _trim_one(*, before: datetime) -> None:
    # By number and not by time, so that the log keeps no hole: statements that start in one order
    # may get their numbers in the other.
    found = StreamEvent.objects.filter(created_at__lt=before).aggregate(newest=Max("number"))
    if found["newest"] is not None:
        StreamEvent.objects.filter(number__lte=found["newest"]).delete()
