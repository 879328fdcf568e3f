"""Rows of a coach's practice for tests of pages: each function opens that coach's door and closes it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from coaching.models import Client, CoachingSession, Note, User
from journeyloop.tenancy import tenant

NOON = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
"""A Wednesday in winter time, eleven days before Europe's clocks go forward."""


def a_client(coach: User, name: str = "Sam Brook", **fields: Any) -> Client:
    with tenant(coach.coaching_profile.pk):
        return Client.objects.create(name=name, **{"time_zone": "Europe/London", **fields})


def a_session(coach: User, client: Client, starts_at: datetime = NOON, **fields: Any) -> CoachingSession:
    ended = {"completed": "completed_at", "cancelled": "cancelled_at"}.get(fields.get("status", ""))
    if ended:
        fields.setdefault(ended, starts_at + timedelta(hours=1))
    with tenant(coach.coaching_profile.pk):
        return CoachingSession.objects.create(
            client=client, starts_at=starts_at, **{"time_zone": "Europe/Lisbon", **fields}
        )


def a_note(coach: User, client: Client, text: str = "Quiet today.", **fields: Any) -> Note:
    with tenant(coach.coaching_profile.pk):
        return Note.objects.create(client=client, text=text, **fields)


def fresh(coach: User, row: Any) -> Any:
    """Read a row again as its coach sees it."""
    with tenant(coach.coaching_profile.pk):
        return type(row).objects.get(pk=row.pk)
