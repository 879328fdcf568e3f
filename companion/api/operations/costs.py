"""What the models cost, of all practices together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from companion.api.operations.system import rows

DAYS = 7
RUNAWAY = 3
"""A day that costs this many times the days before it wants a look."""
SMALL_USD = Decimal(5)
"""Below this nobody minds."""

_BY_MODEL = """
SELECT model_name, count(*), sum(input_tokens), sum(cache_read_tokens), sum(output_tokens),
       sum(coalesce(cost_usd, reserved_usd))
FROM companion_usageentry WHERE reserved_at >= %(since)s
GROUP BY model_name ORDER BY 6 DESC, model_name
"""

# A reservation whose work has ended is never settled: nobody knows what the call did cost.
_RESERVED = """
WITH unsettled AS (
  SELECT u.reserved_usd AS usd, coalesce(t.status, e.status) = 'running' AS is_open
  FROM companion_usageentry u
  LEFT JOIN companion_turn t ON t.coach_id = u.coach_id AND t.id = u.turn_id
  LEFT JOIN companion_errand e ON e.coach_id = u.coach_id AND e.id = u.errand_id
  WHERE u.settled_at IS NULL AND u.reserved_at >= %(since)s)
SELECT count(*) FILTER (WHERE is_open), coalesce(sum(usd) FILTER (WHERE is_open), 0),
       count(*) FILTER (WHERE NOT is_open), coalesce(sum(usd) FILTER (WHERE NOT is_open), 0)
FROM unsettled
"""


@dataclass(frozen=True, slots=True)
class ModelCost:
    """One model's calls. `input_tokens` counts the cached ones too."""

    model: str
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    usd: Decimal

    @property
    def cached_share(self) -> int:
        """Per cent of the prompt that was read from the cache."""
        return round(100 * self.cached_tokens / self.input_tokens) if self.input_tokens else 0


@dataclass(frozen=True, slots=True)
class Reserved:
    """Money set aside and not settled: for calls under way, and for calls that nobody could price."""

    open_calls: int
    open_usd: Decimal
    unsettled_calls: int
    unsettled_usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Today, the last seven days with today, and what is reserved of those."""

    today: list[ModelCost]
    week: list[ModelCost]
    reserved: Reserved

    @property
    def today_usd(self) -> Decimal:
        """What today cost so far."""
        return sum((each.usd for each in self.today), Decimal(0))

    @property
    def week_usd(self) -> Decimal:
        """What the last seven days cost."""
        return sum((each.usd for each in self.week), Decimal(0))

    @property
    def is_runaway(self) -> bool:
        """Whether today costs far more than the days before it."""
        usual = (self.week_usd - self.today_usd) / (DAYS - 1)
        return self.today_usd > max(RUNAWAY * usual, SMALL_USD)


def costs(*, midnight: datetime) -> Costs:
    """Sum up since the reader's midnight, and since the one six days before."""
    week = midnight - timedelta(days=DAYS - 1)
    return Costs(
        today=_by_model(midnight),
        week=_by_model(week),
        reserved=Reserved(*rows(_RESERVED, {"since": week})[0]),
    )


def _by_model(since: datetime) -> list[ModelCost]:
    return [ModelCost(*row) for row in rows(_BY_MODEL, {"since": since})]
