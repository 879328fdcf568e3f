"""Everything that happens to a promise: made, written anew, kept, let go, taken up again."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import structlog

from coaching.actions import origins
from coaching.actions.origins import Origin
from coaching.models import Client, CoachingSession, Commitment, User

log = structlog.get_logger(__name__)

Status = Commitment.Status


class CommitmentStatusError(Exception):
    """This promise is not in the state for that: `status` says which it is in."""

    def __init__(self, commitment: Commitment) -> None:
        super().__init__(f"commitment {commitment.pk} is {commitment.status}")
        self.status = commitment.status


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDetails:
    """What was promised, by whom and for when."""

    text: str
    promised_by: str = Commitment.PromisedBy.CLIENT
    due_on: date | None = None


def open_commitment(
    *,
    client: Client,
    details: CommitmentDetails,
    by: User,
    now: datetime,
    session: CoachingSession | None = None,
    origin: Origin | None = None,
) -> Commitment:
    """
    Keep a promise in view.

    `session` is where it was made; `origin` says instead that it was accepted from a session's evidence.
    """
    where = origins.columns(origin, session)
    commitment = Commitment(client=client, **asdict(details), **where, created_at=now)
    commitment.save()
    log.info("commitment.opened", commitment=str(commitment.pk), source=commitment.source, by=str(by.pk))
    return commitment


def update_commitment(
    *, commitment: Commitment, details: CommitmentDetails, by: User, now: datetime
) -> Commitment:
    """Write an open promise down anew. Raises CommitmentStatusError: what is settled stays as it was."""
    return _change(commitment, Status.OPEN, by=by, deed="updated", **asdict(details), updated_at=now)


def keep_commitment(*, commitment: Commitment, by: User, now: datetime) -> Commitment:
    """Mark a promise as done. Raises CommitmentStatusError."""
    changes = {"status": Status.DONE, "settled_at": now, "updated_at": now}
    return _change(commitment, Status.OPEN, by=by, deed="done", **changes)


def drop_commitment(*, commitment: Commitment, by: User, now: datetime) -> Commitment:
    """Let a promise go. Raises CommitmentStatusError."""
    changes = {"status": Status.DROPPED, "settled_at": now, "updated_at": now}
    return _change(commitment, Status.OPEN, by=by, deed="dropped", **changes)


def discard_commitment(*, commitment: Commitment, by: User) -> bool:
    """Delete a promise that was accepted by mistake; one that was settled meanwhile stays. Says which."""
    found = Commitment.objects.filter(pk=commitment.pk, status=Status.OPEN)
    if is_gone := bool(found.delete()[0]):
        log.info("commitment.changed", deed="discarded", commitment=str(commitment.pk), by=str(by.pk))
    return is_gone


def reopen_commitment(*, commitment: Commitment, by: User, now: datetime) -> Commitment:
    """Take a settled promise up again. Raises CommitmentStatusError."""
    changes = {"status": Status.OPEN, "settled_at": None, "updated_at": now}
    return _change(commitment, Status.DONE, Status.DROPPED, by=by, deed="reopened", **changes)


def _change(commitment: Commitment, *from_statuses: str, by: User, deed: str, **changes: Any) -> Commitment:
    changed = Commitment.objects.filter(pk=commitment.pk, status__in=from_statuses).update(**changes)
    commitment.refresh_from_db()
    if not changed:
        raise CommitmentStatusError(commitment)
    log.info("commitment.changed", deed=deed, commitment=str(commitment.pk), by=str(by.pk))
    return commitment
