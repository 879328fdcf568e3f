"""What model calls may cost, and what they did cost."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from companion.engine.usage import Usage
from companion.models import CompanionState, Errand, Turn, UsageEntry
from journeyloop.ids import uuid7
from journeyloop.tenancy.readings import Filled, Reading, read, slot
from journeyloop.tenancy.writings import Change, NewRow, write

MILLION = Decimal(1_000_000)


class BudgetSpentError(Exception):
    """Today's budget cannot carry one more call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs in US dollars a million tokens."""

    input_usd: Decimal
    output_usd: Decimal

    def worst_case(self, *, prompt_bytes: int, output_tokens: int) -> Decimal:
        """Bound one call from above: a token has a byte at least, and in practice three."""
        return (self.input_usd * prompt_bytes / 3 + self.output_usd * output_tokens) / MILLION

    def of(self, used: Usage) -> Usage:
        """Price a call that nobody has priced, as dearly as it was reserved."""
        tokens_usd = self.input_usd * used.input_tokens + self.output_usd * used.output_tokens
        return replace(used, cost=used.cost or tokens_usd / MILLION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a model: for whom, under which lease, and which one of several."""

    work: Turn | Errand
    fence: int
    part: int = 0

    @property
    def columns(self) -> dict[str, Any]:
        """What its entry is found by."""
        return {"work": self.work.pk, "fence": self.fence, "part": self.part}


def reserve(*, call: Call, model_name: str, worst_usd: Decimal, now: datetime) -> None:
    """
    Set money aside for one call.

    The lock on the coach's state makes 50 turns at once wait for each other here, so that the sum holds.
    Raises BudgetSpentError, which must end the transaction: the entry is written in the same round trip.
    """
    entry = _RESERVED[type(call.work)](**call.columns, id=uuid7(), model_name=model_name, worst_usd=worst_usd)
    (state,), spendings, _ = read(_LOCKED(), _SPENT(since=day_began(now)), entry)
    spent = sum((each.usd for each in spendings), Decimal(0))
    if worst_usd and spent + worst_usd > state.daily_budget_usd:
        transaction.set_rollback(True)
        raise BudgetSpentError(f"{spent} of {state.daily_budget_usd} USD spent, {worst_usd} needed")


def settle(*, call: Call, used: Usage, now: datetime) -> None:
    """Replace a reservation by what the call did cost."""
    write(settled(call=call, used=used, now=now))


def settled(*, call: Call, used: Usage, now: datetime) -> Filled:
    """Give what `settle` writes, for whoever writes more in the same round trip."""
    return _SETTLED[type(call.work)](
        **call.columns,
        input_tokens=used.input_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        output_tokens=used.output_tokens,
        cost_usd=used.cost,
        first_text_ms=used.first_text_ms,
        now=now,
    )


# The lock is sent first, so that the sum sees what whoever held it has reserved.
_LOCKED = Reading(CompanionState.objects.select_for_update)
_SPENT = Reading(lambda: UsageEntry.objects.spent_since(slot("since")))


def _reserving(owner: str) -> NewRow:
    return NewRow(
        lambda: UsageEntry(
            **{owner: slot("work")},
            id=slot("id"),
            fence=slot("fence"),
            part=slot("part"),
            model_name=slot("model_name"),
            reserved_usd=slot("worst_usd"),
        )
    )


def _settling(owner: str) -> Change:
    return Change(
        lambda: UsageEntry.objects.filter(**{owner: slot("work")}, fence=slot("fence"), part=slot("part")),
        input_tokens=slot("input_tokens"),
        cache_read_tokens=slot("cache_read_tokens"),
        cache_write_tokens=slot("cache_write_tokens"),
        output_tokens=slot("output_tokens"),
        cost_usd=slot("cost_usd"),
        first_text_ms=slot("first_text_ms"),
        settled_at=slot("now"),
    )


_RESERVED = {Turn: _reserving("turn_id"), Errand: _reserving("errand_id")}
_SETTLED = {Turn: _settling("turn_id"), Errand: _settling("errand_id")}


def day_began(now: datetime) -> datetime:
    """Find the last midnight in UTC: a coach who moves to another zone gets no new day, and no new budget."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
