"""What model calls may cost, and what they did cost."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from companion.engine.usage import Usage
from companion.models import CompanionState, Errand, Turn, UsageEntry

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
    """One call of a model: for whom, under which claim, and which one of several."""

    work: Turn | Errand
    fence: int
    part: int = 0

    @property
    def columns(self) -> dict[str, Any]:
        """How its entry is found."""
        name = "turn" if isinstance(self.work, Turn) else "errand"
        return {name: self.work, "fence": self.fence, "part": self.part}


def reserve(*, call: Call, model_name: str, worst_usd: Decimal, now: datetime, time_zone: str) -> UsageEntry:
    """
    Set money aside for one call.

    The lock on the coach's state makes 50 turns at once wait for each other here, so that the sum holds.
    Raises BudgetSpentError.
    """
    if worst_usd:
        state = CompanionState.objects.select_for_update().get()
        spent = UsageEntry.objects.spent_since(day_began(now, time_zone))
        if spent + worst_usd > state.daily_budget_usd:
            raise BudgetSpentError(f"{spent} of {state.daily_budget_usd} USD spent, {worst_usd} needed")
    return UsageEntry.objects.create(**call.columns, model_name=model_name, reserved_usd=worst_usd)


def settle(*, call: Call, used: Usage, now: datetime) -> None:
    """Replace a reservation by what the call did cost."""
    UsageEntry.objects.filter(**call.columns).update(
        input_tokens=used.input_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_tokens=used.cache_write_tokens,
        output_tokens=used.output_tokens,
        cost_usd=used.cost,
        settled_at=now,
    )


def day_began(now: datetime, time_zone: str) -> datetime:
    """Find the last local midnight."""
    return now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
