"""
The life of an errand in rows: queued once, claimed, under way, done, failed, cancelled.

Each function is one short transaction. What an errand brings is stored in the transaction that calls
`finish`, so that all of it counts or none; every write needs the lease's fence to stand.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import F, Model, QuerySet
from django.db.models.functions import Now

from coaching.actions import transcripts
from coaching.models import Client, CoachingSession, Transcript
from companion.actions import told
from companion.actions.leases import Failed, Lease, Patience
from companion.actions.told import Told
from companion.models import Errand

Kind, Status = Errand.Kind, Errand.Status
PATIENCE = Patience((timedelta(seconds=2), timedelta(seconds=15)), longest=timedelta(minutes=10))

WORDS = {
    "gave_up": "This did not come to an end although we tried several times. Nothing is lost; try again.",
    "broken": "Something went wrong on our side. Nothing is lost; try again.",
}
"""What the coach reads when nothing of theirs is to blame."""


class ErrandError(Exception):
    """An attempt failed; the words are for the coach. `retryable` says whether another may help."""

    def __init__(
        self, code: str, words: str, *, retryable: bool = False, asked_seconds: float | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.words = code, words
        self.retryable, self.asked_seconds = retryable, asked_seconds


def queue_errand(
    *,
    kind: Errand.Kind,
    about: Model,
    client: Client,
    session: CoachingSession | None = None,
    transcript: Transcript | None = None,
) -> Errand:
    """Queue this kind of work about that row, or find it where it waits or runs already."""
    errand, _ = Errand.objects.unfinished().get_or_create(
        key=f"{kind}:{about.pk}",
        defaults={"kind": kind, "client": client, "session": session, "transcript": transcript},
    )
    return errand


def held(*, lease: Lease, lock: bool = False) -> Errand:
    """Read the errand that this lease holds. Raises OvertakenError."""
    errands = Errand.objects.filter(pk=lease.work_id).held(fence=lease.fence)
    errand: Errand | None = (errands.select_for_update() if lock else errands).first()
    if errand is None:
        raise lease.overtaken()
    return errand


def progress(*, lease: Lease, done: int, total: int) -> list[Told]:
    """Say how far it has come. Raises OvertakenError, which is how a long errand learns of its end."""
    errand = held(lease=lease, lock=True)
    errand.done, errand.total = done, total
    errand.save(update_fields=["done", "total"])
    return [told.of_errand(errand)]


def finish(*, lease: Lease) -> list[Told]:
    """End it well. Raises OvertakenError, and then everything else of the transaction must go too."""
    errand = held(lease=lease, lock=True)
    errand.error_code = errand.error_words = ""
    return _end(errand, Status.DONE)


def fail(*, lease: Lease, error: ErrandError) -> Failed:
    """Put a failed attempt back in the queue, or end the errand. Raises OvertakenError."""
    errand = held(lease=lease, lock=True)
    errand.error_code, errand.error_words = error.code, error.words
    wait = PATIENCE.after(errand.attempts, asked_seconds=error.asked_seconds) if error.retryable else None
    if wait is None:
        return Failed(_end(errand, Status.FAILED), None)
    errand.status, errand.lease_until = Status.QUEUED, None
    errand.save(update_fields=["status", "lease_until", "error_code"])
    Errand.objects.filter(pk=errand.pk).update(not_before=Now() + wait)
    return Failed([], wait)


def give_up(*, lease: Lease) -> list[Told]:
    """End an errand whose last attempt went silent (`ERRANDS.lost`), unless somebody else did."""
    errand = (
        Errand.objects.select_for_update()
        .filter(pk=lease.work_id, lease_until__lt=Now())
        .held(fence=lease.fence)
        .first()
    )
    if errand is None:
        return []
    errand.fence += 1
    errand.error_code, errand.error_words = "gave_up", WORDS["gave_up"]
    return _end(errand, Status.FAILED)


def cancel(*, errand: Errand, now: datetime) -> bool:
    """Stop an errand that waits or runs. Returns whether it was stopped; a finished one stays as it is."""
    return bool(_cancel(Errand.objects.filter(pk=errand.pk), now=now))


def cancel_for(*, client: Client, kinds: Collection[Errand.Kind], now: datetime) -> int:
    """Stop all work of these kinds on one client's words; returns how much there was."""
    return _cancel(Errand.objects.filter(client=client, kind__in=kinds), now=now)


def stop_reading(*, client: Client, now: datetime) -> None:
    """Read none of a client's files any more: they no longer agree to being recorded."""
    cancel_for(client=client, kinds=[Kind.READ_TRANSCRIPT], now=now)
    transcripts.stop_for(client=client)


def _cancel(errands: QuerySet[Errand], *, now: datetime) -> int:
    return errands.filter(status__in=Errand.UNFINISHED).update(
        status=Status.CANCELLED, fence=F("fence") + 1, lease_until=None, finished_at=now
    )


def _end(errand: Errand, status: Errand.Status) -> list[Told]:
    errand.status, errand.lease_until = status, None
    errand.save(update_fields=["status", "fence", "lease_until", "error_code", "error_words"])
    Errand.objects.filter(pk=errand.pk).update(finished_at=Now())
    if status == Status.FAILED and (leave := _LEAVE.get(errand.kind)):
        leave(errand)
    return [told.of_errand(errand)]


def _leave_transcript(errand: Errand) -> None:
    """Let the file be read again later; a reason that is there already says it better."""
    transcript = errand.transcript
    if transcript is not None and transcript.is_unfinished:
        transcripts.leave_unread(transcript=transcript, words=errand.error_words)


_LEAVE: Mapping[str, Callable[[Errand], None]] = {Kind.READ_TRANSCRIPT: _leave_transcript}
"""What becomes of the thing itself when an errand about it has failed for good."""
