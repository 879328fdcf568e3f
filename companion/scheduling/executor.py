"""
Work on one claimed turn: read, close the database, ask the model, write.

With `brains`, the only module outside the engine that reaches the model library.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.utils import timezone

from companion.actions import turns, usage
from companion.actions.leases import Lease, OvertakenError
from companion.api import events
from companion.engine import agent
from companion.engine.failures import ModelFailure
from companion.engine.hearing import Transcriber
from companion.engine.usage import Usage
from companion.scheduling.database import Database
from journeyloop.failpoints import failpoint
from journeyloop.outages import is_outage
from journeyloop.tenancy import tenant

log = structlog.get_logger(__name__)


def ring(turn_id: str) -> None:
    """Name the doorbell job (`queue.BELL`). The worker compares the name and never calls this."""
    raise NotImplementedError(f"the doorbell for {turn_id} is heard by scheduling.doorbell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brain:
    """The model of this process, what it costs, and the bounds of one call."""

    model: agent.LanguageModel
    price: usage.Price
    settings: agent.Settings = field(default_factory=agent.Settings)
    transcriber: Transcriber | None = None
    """Who turns recordings into words; None where nobody does."""


@dataclass(slots=True, eq=False)
class Attempt:
    """One claimed turn under way in this process."""

    lease: Lease
    is_suspect: bool = False
    """Whether it may be what killed its workers (`Leases.claim`)."""
    began: float = field(default_factory=time.monotonic)
    text: str = ""
    """The answer so far."""
    kept: int = 0
    """How many characters of it are in the row."""
    first_text_ms: int | None = None
    """From the claim to the first text shown."""

    @property
    def ms(self) -> int:
        """How long it has been under way."""
        return round((time.monotonic() - self.began) * 1000)

    @property
    def ids(self) -> dict[str, Any]:
        """What every line about it says."""
        lease = self.lease
        return {"turn": str(lease.work_id), "coach": str(lease.coach_id), "fence": lease.fence}

    def used(self, usage: Usage) -> Usage:
        """Say with the usage how long the first text took."""
        return replace(usage, first_text_ms=self.first_text_ms)


async def carry_out(attempt: Attempt, *, brain: Brain, database: Database) -> timedelta | None:
    """
    Bring one attempt to its end, whatever happens.

    Returns how long until the turn is worth another look, None when it is over.
    """
    lease = attempt.lease
    try:
        work = await database.patiently(_begin, lease, brain)
        failpoint("turn.begun")
        answer = await agent.answer(
            work.prompt, model=brain.model, settings=brain.settings, on_text=partial(_show, attempt)
        )
        failpoint("turn.answered")
        used = attempt.used(brain.price.of(answer.usage))
        await database.patiently(_finish, work, answer, used)
        failpoint("turn.finished")
        _log_done(attempt, used, model_name=work.model_name)
    except OvertakenError as overtaken:
        log.info("turn.overtaken", **attempt.ids, reason=str(overtaken))
    except usage.BudgetSpentError:
        await database.patiently(_fail, attempt, code="budget", words=turns.WORDS["budget"], retryable=False)
    except ModelFailure as failure:
        return await database.patiently(
            _fail,
            attempt,
            code=failure.kind,
            words=failure.words,
            retryable=failure.retryable,
            asked_seconds=failure.retry_after,
            partial_text=failure.partial_text,
            used=attempt.used(brain.price.of(failure.usage)),
        )
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("turn.broken", **attempt.ids)
        words = turns.WORDS["broken"]
        return await database.patiently(_fail, attempt, code="broken", words=words, retryable=True)
    return None


def _log_done(attempt: Attempt, used: Usage, *, model_name: str) -> None:
    log.info(
        "turn.done",
        **attempt.ids,
        ms=attempt.ms,
        first_text_ms=used.first_text_ms,
        model=model_name,
        input_tokens=used.input_tokens,
        cached_tokens=used.cache_read_tokens,
        output_tokens=used.output_tokens,
        usd=float(used.cost),
    )


def _begin(lease: Lease, brain: Brain) -> turns.Work:
    with tenant(lease.coach_id):
        return turns.begin(
            lease=lease,
            now=timezone.now(),
            model_name=brain.model.model_name,
            price=brain.price,
            output_tokens=brain.settings.max_tokens,
        )


def _show(attempt: Attempt, offset: int, piece: str) -> None:
    failpoint("turn.writing")
    attempt.text = attempt.text[:offset] + piece
    if attempt.first_text_ms is None:
        attempt.first_text_ms = attempt.ms
    lease = attempt.lease
    events.push_text(coach_id=lease.coach_id, turn_id=lease.work_id, offset=offset, text=piece)


def _finish(work: turns.Work, answer: agent.Answer, used: Usage) -> None:
    with tenant(work.lease.coach_id):
        told = turns.finish(
            work=work,
            response=answer.response,
            refusals=answer.refusals,
            used=used,
            now=timezone.now(),
        )
        events.tell(work.lease.coach_id, told)
        failpoint("turn.finishing")


def _fail(attempt: Attempt, *, code: str, **how: Any) -> timedelta | None:
    lease = attempt.lease
    try:
        with tenant(lease.coach_id):
            failed = turns.fail(lease=lease, code=code, now=timezone.now(), **how)
            events.tell(lease.coach_id, failed.told)
            failpoint("turn.failing")
    except OvertakenError:
        return None
    if failed.again_in is None:
        log.warning("turn.failed", **attempt.ids, code=code, ms=attempt.ms)
    else:
        wait_ms = round(failed.again_in.total_seconds() * 1000)
        log.warning("turn.attempt_failed", **attempt.ids, code=code, ms=attempt.ms, again_in_ms=wait_ms)
    return failed.again_in


def keep_text(attempt: Attempt) -> None:
    """Store the text so far, if there is more of it than in the row."""
    text = attempt.text
    if len(text) > attempt.kept:
        with tenant(attempt.lease.coach_id):
            turns.checkpoint(lease=attempt.lease, text=text)
            failpoint("turn.kept")
        attempt.kept = len(text)


def leave_text(attempt: Attempt) -> None:
    """Leave the coach what they had read of an answer that they stopped."""
    lease = attempt.lease
    with tenant(lease.coach_id):
        events.tell(lease.coach_id, turns.leave_words(lease=lease, text=attempt.text))
