"""What came of a scenario, read from the rows at its end. Plain data, so that checks need no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the coach said and what was answered; `answer` is empty when the turn failed."""

    said: str
    answer: str
    error: str = ""
    refusals: tuple[str, ...] = ()
    """Codes of what the answer wanted and did not get."""
    calls: int = 1
    is_bootstrap: bool = False
    must_ask_nothing: bool = False
    options: tuple[str, ...] = ()
    """Ready answers of the small question that came with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A layer's text that was put into force during the run."""

    layer: str
    source: str
    is_bootstrap: bool = False
    """Whether the coach had not been met when it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Something put before the coach."""

    kind: str
    status: str
    layer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A fact that is remembered; one that a newer one took the place of is not current."""

    statement: str
    quote: str
    is_current: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A quotation of an analysis, and the utterance that it says it stands in."""

    quote: str
    utterance: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A claim of an analysis."""

    kind: str
    text: str
    status: str
    is_inference: bool
    quotes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One scenario as it went."""

    coach: str
    exchanges: tuple[Exchange, ...]
    quotable: tuple[str, ...] = ()
    """Words of people on record, each source by itself: a quotation stands whole in one of them."""
    told: tuple[str, ...] = ()
    """What the model was shown beside them: names, dates and figures may come from here."""
    versions: tuple[Version, ...] = ()
    cards: tuple[Card, ...] = ()
    kept: tuple[Kept, ...] = ()
    spans: tuple[Span, ...] = ()
    claims: tuple[Stated, ...] = ()
    promises: tuple[str, ...] = ()
    """Commitments that were opened."""
    layer_tokens: Mapping[str, int] = field(default_factory=dict)
    is_unlocked: bool = False
    errands_failed: tuple[str, ...] = ()
    calls_unsettled: int = 0
    cost_usd: Decimal = Decimal(0)
    budget_usd: Decimal = Decimal(0)
    most_words: int = 120
