"""
Work on one claimed turn: read, close the database, ask the model, write.

With `brains`, the only module outside the engine that reaches the model library.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from companion.actions import turns, usage
from companion.actions.claims import Claim
from companion.api import events
from companion.engine import agent
from companion.engine.failures import ModelFailure
from companion.scheduling.database import Database
from journeyloop.failpoints import failpoint
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


@dataclass(slots=True, eq=False)
class Attempt:
    """One claimed turn under way in this process."""

    claim: Claim
    text: str = ""
    """The answer so far."""
    kept: int = 0
    """How many characters of it are in the row."""


async def carry_out(attempt: Attempt, *, brain: Brain, database: Database) -> timedelta | None:
    """
    Bring one attempt to its end, whatever happens.

    Returns how long until the turn is worth another look, None when it is over.
    """
    claim = attempt.claim
    try:
        work = await database.patiently(_begin, claim, brain)
        failpoint("turn.begun")
        answer = await agent.answer(
            work.prompt, model=brain.model, settings=brain.settings, on_text=partial(_show, attempt)
        )
        failpoint("turn.answered")
        await database.patiently(_finish, work, answer, brain.price)
        failpoint("turn.finished")
    except turns.OvertakenError as overtaken:
        log.info("turn.overtaken", turn=str(claim.turn_id), reason=str(overtaken))
    except usage.BudgetSpentError:
        await database.patiently(_fail, claim, code="budget", words=turns.WORDS["budget"], retryable=False)
    except ModelFailure as failure:
        log.warning("turn.model_failed", turn=str(claim.turn_id), kind=failure.kind)
        return await database.patiently(
            _fail,
            claim,
            code=failure.kind,
            words=failure.words,
            retryable=failure.retryable,
            asked_seconds=failure.retry_after,
            partial_text=failure.partial_text,
            used=brain.price.of(failure.usage),
        )
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("turn.broken", turn=str(claim.turn_id))
        words = turns.WORDS["broken"]
        return await database.patiently(_fail, claim, code="broken", words=words, retryable=True)
    return None


def _begin(claim: Claim, brain: Brain) -> turns.Work:
    with tenant(claim.coach_id):
        return turns.begin(
            claim=claim,
            now=timezone.now(),
            model_name=brain.model.model_name,
            price=brain.price,
            output_tokens=brain.settings.max_tokens,
        )


def _show(attempt: Attempt, offset: int, piece: str) -> None:
    failpoint("turn.writing")
    attempt.text = attempt.text[:offset] + piece
    claim = attempt.claim
    events.push_text(coach_id=claim.coach_id, turn_id=claim.turn_id, offset=offset, text=piece)


def _finish(work: turns.Work, answer: agent.Answer, price: usage.Price) -> None:
    with tenant(work.claim.coach_id):
        told = turns.finish(
            work=work,
            response=answer.response,
            refusals=answer.refusals,
            used=price.of(answer.usage),
            now=timezone.now(),
        )
        events.tell(work.claim.coach_id, told)
        failpoint("turn.finishing")


def _fail(claim: Claim, **how: Any) -> timedelta | None:
    try:
        with tenant(claim.coach_id):
            failed = turns.fail(claim=claim, now=timezone.now(), **how)
            events.tell(claim.coach_id, failed.told)
            failpoint("turn.failing")
    except turns.OvertakenError:
        return None
    return failed.again_in


def keep_text(attempt: Attempt) -> None:
    """Store the text so far, if there is more of it than in the row."""
    text = attempt.text
    if len(text) > attempt.kept:
        with tenant(attempt.claim.coach_id):
            turns.checkpoint(claim=attempt.claim, text=text)
            failpoint("turn.kept")
        attempt.kept = len(text)


def leave_text(attempt: Attempt) -> None:
    """Leave the coach what they had read of an answer that they stopped."""
    claim = attempt.claim
    with tenant(claim.coach_id):
        events.tell(claim.coach_id, turns.leave_words(claim=claim, text=attempt.text))
