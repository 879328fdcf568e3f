"""Turns that failed: how many of which kind, which ones, and which can be run again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from companion.api.operations.system import rows

DAYS = 7
"""What failed longer ago is not listed."""
SHOWN = 50

MEANINGS: Mapping[str, str] = {
    "overloaded": "The provider is overloaded. It passes.",
    "rate_limited": "The provider limits our rate. Raise the limit there, or run fewer turns at once.",
    "spend_limit": "The account at the provider has reached its spending limit. Raise it there.",
    "server": "The provider had a fault of its own. It passes.",
    "timeout": "The answer took longer than we wait.",
    "cut": "The connection to the provider broke off in mid-answer.",
    "endless": "The answer ran on to the deadline.",
    "stalled": "The provider stopped sending in mid-answer.",
    "unreadable": "The model did not answer in the form that was asked for.",
    "refused_key": "The provider refuses our key. Set a good one in ANTHROPIC_API_KEY.",
    "bad_request": "The provider refuses the request itself. The worker's log has more.",
    "unreachable": "We cannot reach the provider. Its status page, then our network.",
    "gave_up": "Workers died or fell silent three times over this turn.",
    "budget": "The coach's daily budget was used up. It is fresh again at midnight UTC.",
    "broken": "A fault of our own. The worker's log has its traceback as turn.broken.",
}
"""What each error code says to an operator."""

# It can be run again while nothing has been said after it: the answer must follow its question.
_LATEST = """NOT EXISTS (
  SELECT 1 FROM companion_turn l
  WHERE l.coach_id = t.coach_id AND l.conversation_id = t.conversation_id AND l.number > t.number)"""

_KINDS = f"""
SELECT error_code,
       count(*) FILTER (WHERE finished_at > now() - interval '1 hour'),
       count(*) FILTER (WHERE finished_at > now() - interval '1 day'),
       count(*),
       count(*) FILTER (WHERE {_LATEST}),
       max(finished_at)
FROM companion_turn t
WHERE status = 'failed' AND finished_at > now() - %(days)s * interval '1 day'
GROUP BY error_code ORDER BY 6 DESC
"""  # noqa: S608 - nobody's words

_TURNS = f"""
SELECT id, coach_id, kind, number, status, error_code, attempts, fence, model_name,
       queued_at, not_before, finished_at, lease_until, {_LATEST}
FROM companion_turn t
"""  # noqa: S608

_OF_A_KIND = f"""{_TURNS}
WHERE status = 'failed' AND error_code = %(code)s AND finished_at > now() - %(days)s * interval '1 day'
ORDER BY finished_at DESC LIMIT %(limit)s
"""

_CALLS = """
SELECT fence, model_name, reserved_at, settled_at, first_text_ms, input_tokens, cache_read_tokens,
       output_tokens, reserved_usd, cost_usd
FROM companion_usageentry WHERE coach_id = %(coach)s AND turn_id = %(turn)s ORDER BY fence, part
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """The failures of one error code."""

    code: str
    hour: int
    day: int
    week: int
    can_run_again: int
    latest_at: datetime

    @property
    def meaning(self) -> str:
        """Say what it means, where we know."""
        return MEANINGS.get(self.code, "")


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """One turn as its operator may see it."""

    id: UUID
    coach_id: UUID
    kind: str
    number: int
    status: str
    code: str
    attempts: int
    fence: int
    model: str
    queued_at: datetime
    not_before: datetime
    finished_at: datetime | None
    lease_until: datetime | None
    is_latest: bool

    @property
    def can_run_again(self) -> bool:
        """Whether it failed, and nothing has been said since."""
        return self.status == "failed" and self.is_latest

    @property
    def meaning(self) -> str:
        """Say what its code means, where we know."""
        return MEANINGS.get(self.code, "")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model for a turn."""

    fence: int
    model: str
    reserved_at: datetime
    settled_at: datetime | None
    first_text_ms: int | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reserved_usd: Decimal
    cost_usd: Decimal | None


def kinds() -> list[Kind]:
    """Count the failures of the last days by their code, the newest kind first."""
    return [Kind(*row) for row in rows(_KINDS, {"days": DAYS})]


def of_kind(code: str, *, limit: int = SHOWN) -> list[TurnFacts]:
    """List the newest failures of one code."""
    return [TurnFacts(*row) for row in rows(_OF_A_KIND, {"code": code, "days": DAYS, "limit": limit})]


def turn(turn_id: UUID) -> TurnFacts | None:
    """Read one turn, failed or not."""
    found = rows(f"{_TURNS} WHERE id = %(id)s", {"id": turn_id})
    return TurnFacts(*found[0]) if found else None


def calls(facts: TurnFacts) -> list[Call]:
    """List the model calls of a turn, in their order."""
    return [Call(*row) for row in rows(_CALLS, {"coach": facts.coach_id, "turn": facts.id})]
