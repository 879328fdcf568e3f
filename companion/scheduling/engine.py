"""What the clock asks for: find what was dropped. Each look is short, and two clocks at once are harmless."""

from datetime import datetime

import structlog
from django.db import OperationalError

from companion.actions import claims, turns
from companion.api import events
from journeyloop.tenancy import tenant

log = structlog.get_logger(__name__)


def tick() -> None:
    """Every 15 s, by the database's clock: end the turns that no attempt can save, and tell their coaches."""
    for claim in claims.lost():
        try:
            _end(claim)
        except OperationalError:
            raise
        except Exception:
            # One broken turn must not keep the others from their end, tick after tick.
            log.exception("turn.not_ended", turn=str(claim.turn_id))


def _end(claim: claims.Claim) -> None:
    with tenant(claim.coach_id):
        for told in turns.give_up(claim=claim):
            events.record(coach_id=claim.coach_id, event=told.event, data=told.data)


def tidy(*, now: datetime) -> None:
    """Every 5 min: forget events that no browser will ask for any more."""
    events.trim(now)
