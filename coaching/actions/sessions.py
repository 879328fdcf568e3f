"""Everything that happens to a session: planned, moved, held, cancelled, not held, opened again."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from coaching.actions.clients import ClientArchivedError
from coaching.models import Client, CoachingSession, User

log = structlog.get_logger(__name__)

Status = CoachingSession.Status


class SessionSettledError(Exception):
    """This session was already completed, cancelled or marked as not held; `status` says which."""

    def __init__(self, session: CoachingSession) -> None:
        super().__init__(f"session {session.pk} is already {session.status}")
        self.status = session.status


class SessionNotSettledError(Exception):
    """This session is still planned, so there is nothing to open again."""


class SessionNotBegunError(Exception):
    """This session lies in the future: it can be moved or cancelled, not completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """When, how long and where."""

    starts_at: datetime
    time_zone: str
    """IANA name of the zone in which the time was agreed."""
    duration_minutes: int = 60
    title: str = ""
    session_type: str = CoachingSession.Type.REGULAR
    meeting_url: str = ""


def schedule_session(*, client: Client, booking: Booking, by: User, now: datetime) -> CoachingSession:
    """Plan a session. Raises ClientArchivedError. An overlap with another one is the coach's to judge."""
    if client.status == Client.Status.ARCHIVED:
        raise ClientArchivedError(f"client {client.pk} is archived")
    session = CoachingSession(client=client, **asdict(booking), created_at=now)
    session.save()
    log.info("session.scheduled", session=str(session.pk), by=str(by.pk))
    return session


def reschedule_session(*, session: CoachingSession, booking: Booking, by: User) -> CoachingSession:
    """Move a planned session, or change its length or place. Raises SessionSettledError."""
    return _change_planned(session, by=by, deed="rescheduled", **asdict(booking))


def complete_session(*, session: CoachingSession, by: User, now: datetime) -> CoachingSession:
    """
    Mark a session as held; it uses one of the package, and goes over it if need be.

    Raises SessionNotBegunError, SessionSettledError.
    """
    _must_have_begun(session, now)
    return _change_planned(session, by=by, deed="completed", status=Status.COMPLETED, completed_at=now)


def miss_session(*, session: CoachingSession, by: User, now: datetime) -> CoachingSession:
    """Mark a session as not held; the package stays as it is. Raises as complete_session does."""
    _must_have_begun(session, now)
    return _change_planned(session, by=by, deed="missed", status=Status.MISSED)


def cancel_session(*, session: CoachingSession, reason: str, by: User, now: datetime) -> CoachingSession:
    """Call a planned session off. Raises SessionSettledError."""
    changes = {"status": Status.CANCELLED, "cancelled_at": now, "cancel_reason": reason}
    return _change_planned(session, by=by, deed="cancelled", **changes)


def reopen_session(*, session: CoachingSession, by: User) -> CoachingSession:
    """Take back what was said about a session: it is planned again. Raises SessionNotSettledError."""
    settled = CoachingSession.objects.filter(pk=session.pk).exclude(status=Status.SCHEDULED)
    changes: dict[str, Any] = {"completed_at": None, "cancelled_at": None, "cancel_reason": ""}
    if not settled.update(status=Status.SCHEDULED, **changes):
        raise SessionNotSettledError(f"session {session.pk} is still planned")
    session.refresh_from_db()
    log.info("session.reopened", session=str(session.pk), by=str(by.pk))
    return session


def _must_have_begun(session: CoachingSession, now: datetime) -> None:
    if session.starts_at > now:
        raise SessionNotBegunError(f"session {session.pk} begins at {session.starts_at}")


def _change_planned(session: CoachingSession, *, by: User, deed: str, **changes: Any) -> CoachingSession:
    # The condition is in the UPDATE: of two tabs that press at once, one changes the row and one is told.
    planned = CoachingSession.objects.filter(pk=session.pk, status=Status.SCHEDULED)
    changed = planned.update(**changes)
    session.refresh_from_db()
    if not changed:
        raise SessionSettledError(session)
    log.info("session.changed", deed=deed, session=str(session.pk), by=str(by.pk))
    return session
