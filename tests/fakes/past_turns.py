"""Turns that ended at a time of your choice, with what their calls cost. Rows are committed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg

from coaching.models import CoachingProfile
from companion.models import Turn, UsageEntry
from journeyloop.tenancy import tenant
from tests.database import urls
from tests.fakes.conversations import change, say


def ended(
    coach: CoachingProfile,
    status: str = "done",
    *,
    ago: timedelta = timedelta(minutes=5),
    took: float = 4.0,
    waited: float = 0.5,
    first_text_ms: int | None = 1000,
    code: str = "",
    attempts: int = 1,
    fence: int | None = None,
    **usage: Any,
) -> Turn:
    """A turn that ended `ago`, after `took` seconds of which it had `waited` for a worker."""
    turn = say(coach)
    change(
        coach,
        turn,
        status=status,
        error_code=code,
        attempts=attempts,
        fence=attempts if fence is None else fence,
        model_name="claude-sonnet-5-5",
    )
    called(coach, turn, first_text_ms=first_text_ms, **usage)
    _at(turn, ended=ago.total_seconds(), took=took, waited=waited)
    return turn


def called(coach: CoachingProfile, turn: Turn, *, fence: int = 1, **usage: Any) -> UsageEntry:
    """A call of a model that was settled, unless `cost_usd` is None."""
    usage = {"model_name": "claude-sonnet-5-5", "cost_usd": Decimal("0.01"), **usage}
    with tenant(coach.pk):
        entry: UsageEntry = UsageEntry.objects.create(
            turn=turn, fence=fence, **{"reserved_usd": Decimal("0.10"), **usage}
        )
        if entry.cost_usd is not None:
            UsageEntry.objects.filter(pk=entry.pk).update(settled_at=entry.reserved_at)
    return entry


def _at(turn: Turn, *, ended: float, took: float, waited: float) -> None:
    """Move a turn and its calls into the past, by the database's clock."""
    with psycopg.connect(urls()["DATABASE_OWNER_URL"]) as owner:  # one transaction, so one now()
        owner.execute(
            "UPDATE companion_turn SET finished_at = now() - %(ended)s * interval '1 s', "
            "queued_at = now() - (%(ended)s + %(took)s) * interval '1 s', "
            "not_before = now() - (%(ended)s + %(took)s) * interval '1 s' WHERE id = %(id)s",
            {"ended": ended, "took": took, "id": turn.pk},
        )
        owner.execute(
            "UPDATE companion_usageentry SET reserved_at = now() - %s * interval '1 s' WHERE turn_id = %s",
            [ended + took - waited, turn.pk],
        )
