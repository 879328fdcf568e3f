"""What the clock asks for: find what was dropped. Each look is short, and two clocks at once are harmless."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from coaching.actions import sign_ins
from companion.actions import errands, turns
from companion.actions.leases import ERRANDS, TURNS
from companion.actions.told import Told
from companion.api import events
from journeyloop.failpoints import failpoint
from journeyloop.outages import is_outage
from journeyloop.tenancy import tenant

log = structlog.get_logger(__name__)


def tick() -> None:
    """Every 15 s, by the database's clock: end what no attempt can save, and tell the coaches."""
    lost_turns, lost_errands = TURNS.lost(), ERRANDS.lost()
    for lease in lost_turns:
        _end(lease.coach_id, partial(turns.give_up, lease=lease), turn=str(lease.work_id))
    for lost in lost_errands:
        _end(lost.coach_id, partial(errands.give_up, lease=lost), errand=str(lost.work_id))
    if lost_turns or lost_errands:
        log.info("tick.found", lost_turns=len(lost_turns), lost_errands=len(lost_errands))


def _end(coach_id: UUID, give_up: Callable[[], list[Told]], **what: str) -> None:
    try:
        with tenant(coach_id):
            ended = give_up()
            events.tell(coach_id, ended)
            failpoint("turn.giving_up")
    except Exception as error:
        if is_outage(error):
            raise
        # One broken row must not keep the others from their end, tick after tick.
        log.exception("work.not_ended", **what, coach=str(coach_id))
        return
    if ended:  # and not by another clock
        log.warning("work.given_up", **what, coach=str(coach_id))


def tidy(*, now: datetime) -> None:
    """Every 5 min: forget events that no browser will ask for any more, and sign-ins that have run out."""
    coaches = events.trim(now)
    sign_ins.forget_old(now=now)
    if coaches:
        log.info("tidy.trimmed", coaches=coaches)
