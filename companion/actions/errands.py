"""
The life of an errand in rows: queued once, claimed, under way, done, failed, cancelled.

Each function is one short transaction. What an errand brings is stored in the transaction that calls
`finish`, so that all of it counts or none; every write needs the claim's fence to stand.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Model, QuerySet
from django.db.models.functions import Now

from coaching.actions import transcripts
from coaching.models import Client, CoachingSession, Transcript
from companion.actions import leases, told
from companion.actions.leases import ATTEMPTS, Leases
from companion.actions.told import Told
from companion.models import Errand

Kind, Status = Errand.Kind, Errand.Status
BACKOFF = (timedelta(seconds=2), timedelta(seconds=15))
"""Waits before the second and the third attempt."""
LONGEST_WAIT = timedelta(minutes=10)
"""A provider that asks for more patience than this gets a failed errand and the coach a button."""

WORDS = {
    "gave_up": "This did not come to an end although we tried several times. Nothing is lost; try again.",
    "broken": "Something went wrong on our side. Nothing is lost; try again.",
}
"""What the coach reads when nothing of theirs is to blame."""

_LEASES = Leases("companion_errand")


class OvertakenError(Exception):
    """This claim no longer holds the errand: it was cancelled, or another worker has it."""


class ErrandError(Exception):
    """An attempt failed; the words are for the coach. `retryable` says whether another may help."""

    def __init__(
        self, code: str, words: str, *, retryable: bool = False, asked_seconds: float | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.words = code, words
        self.retryable, self.asked_seconds = retryable, asked_seconds


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on one errand until the lease ends or somebody raises the fence."""

    errand_id: UUID
    coach_id: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class Failed:
    """What became of a failed attempt: what browsers hear, and when to try again (None = never)."""

    told: list[Told]
    again_in: timedelta | None


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


def claim_errands(*, limit: int) -> list[Claim]:
    """Take up to `limit` due errands, oldest first."""
    return [Claim(*row) for row in _LEASES.claim(limit=limit)]


def take(*, errand: Errand, lease: timedelta) -> Claim:
    """Claim this one errand, see `leases.take`."""
    return Claim(errand.pk, errand.coach_id, leases.take(errand, lease=lease))


def hold(claims: Collection[Claim]) -> set[UUID]:
    """Extend these leases; returns the errands that are still ours."""
    return _LEASES.hold([(claim.errand_id, claim.fence) for claim in claims])


def release(claims: Collection[Claim]) -> None:
    """Hand errands back at once, without counting the attempt."""
    _LEASES.release([(claim.errand_id, claim.fence) for claim in claims])


def lost() -> list[Claim]:
    """Find the errands that have outlived their last attempt, for `give_up` to end."""
    return [Claim(*row) for row in _LEASES.lost()]


def held(*, claim: Claim, lock: bool = False) -> Errand:
    """Read the errand that this claim holds. Raises OvertakenError."""
    errands = Errand.objects.filter(pk=claim.errand_id).held(fence=claim.fence)
    errand: Errand | None = (errands.select_for_update() if lock else errands).first()
    if errand is None:
        raise OvertakenError(f"errand {claim.errand_id} is no longer held at fence {claim.fence}")
    return errand


def progress(*, claim: Claim, done: int, total: int) -> list[Told]:
    """Say how far it has come. Raises OvertakenError, which is how a long errand learns of its end."""
    errand = held(claim=claim, lock=True)
    errand.done, errand.total = done, total
    errand.save(update_fields=["done", "total"])
    return [told.of_errand(errand)]


def finish(*, claim: Claim) -> list[Told]:
    """End it well. Raises OvertakenError, and then everything else of the transaction must go too."""
    errand = held(claim=claim, lock=True)
    errand.error_code = errand.error_words = ""
    return _end(errand, Status.DONE)


def fail(*, claim: Claim, error: ErrandError) -> Failed:
    """Put a failed attempt back in the queue, or end the errand. Raises OvertakenError."""
    errand = held(claim=claim, lock=True)
    errand.error_code, errand.error_words = error.code, error.words
    wait = max(BACKOFF[min(errand.attempts, len(BACKOFF)) - 1], timedelta(seconds=error.asked_seconds or 0))
    if not error.retryable or errand.attempts >= ATTEMPTS or wait > LONGEST_WAIT:
        return Failed(_end(errand, Status.FAILED), None)
    errand.status, errand.lease_until = Status.QUEUED, None
    errand.save(update_fields=["status", "lease_until", "error_code"])
    Errand.objects.filter(pk=errand.pk).update(not_before=Now() + wait)
    return Failed([], wait)


def give_up(*, claim: Claim) -> list[Told]:
    """End an errand whose last attempt went silent (`lost`), unless somebody else did."""
    errand = (
        Errand.objects.select_for_update()
        .filter(pk=claim.errand_id, lease_until__lt=Now())
        .held(fence=claim.fence)
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
