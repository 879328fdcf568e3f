"""
What is remembered and recalled, as pure functions: evidence, sameness, ranking, fitting.

Nothing enters without words that are really in its source; nothing that differs in a number, a name, a date
or a "not" is ever taken for the same.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Literal, NamedTuple
from uuid import UUID

from companion.engine.capabilities import Taint
from companion.engine.framing import label, visible
from companion.engine.tokens import rough
from companion.engine.words import addresses, normal, particulars, terms

SHORTEST_QUOTE = 3
"""Characters; less proves nothing."""
HALF_LIFE_DAYS = 45.0
SAME_OVERLAP = 0.8
QUOTE_CAP = 1_500
"""Characters of a quote in the prompt: a note's promises often stand at its end."""
STRAY_TERMS = 2
"""Words of its own that a statement may have and still be called what somebody said."""


# A recall weighs a hundred facts and more. Named tuples, because a frozen dataclass takes five times as long
# to make.


class Origin(NamedTuple):
    """Where words stand and who said them, as rows keep it; a fact made of them carries it on."""

    kind: str
    id: UUID | None
    """Row of the source."""
    said_by: str
    observed_at: datetime
    taint: Taint


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Words in a turn that are not the coach's message, and whose they are."""

    text: str
    origin: Origin


class Fact(NamedTuple):
    """One remembered statement with its evidence."""

    id: str
    statement: str
    quote: str
    source: str
    """Where it comes from, in words: `conversation, 12 March`."""
    said_by: str
    observed_on: date
    importance: int
    """1 to 5."""
    taint: Taint
    triggers: tuple[str, ...] = ()
    """Phrases that call this fact to mind whatever else is asked."""
    origin: Origin | None = None
    """What a new fact from its words would carry; None when nothing may be made of them."""


class Recalled(NamedTuple):
    """A fact with the parts of its score, so that "why this?" has an answer."""

    fact: Fact
    score: float
    lexical: float
    importance: float
    recency: float
    trigger: float


def quote_found(quote: str, source: str) -> bool:
    """Tell whether a quote stands in its source, whatever its case, spacing and typographic marks."""
    wanted = normal(visible(quote)).strip("\"' ")
    return len(wanted) >= SHORTEST_QUOTE and wanted in normal(visible(source))


def quote_in_any(quote: str, sources: Iterable[str]) -> bool:
    """Tell whether a quote stands in one of several sources."""
    return any(quote_found(quote, source) for source in sources)


def rests_on(claim: str, words: Iterable[str], *, stray: int = STRAY_TERMS) -> bool:
    """
    Tell whether a claim is what somebody said: every address, number, name, date and "not" of it is in their
    words, and of its other terms at most half, and never more than `stray`, are not.

    A quote proves only that something was said. This binds the statement beside it, so that no text which
    merely stands in the prompt can be passed off as the coach's.
    """
    said = " ".join(words)
    claimed = set(terms(claim))
    new = claimed - set(terms(said))
    if new & particulars(claim) or addresses(claim) - addresses(said):
        return False
    return len(new) <= min(stray, len(claimed) // 2)


def compare(new: str, old: str) -> Literal["same", "updates", "different"]:
    """
    Compare two statements about one subject.

    `updates` means: about the same thing, with another number, name, date or a negation, so the new one
    closes the old one.
    """
    if normal(new) == normal(old):
        return "same"
    mine, theirs = particulars(new), particulars(old)
    left, right = set(terms(new)) - mine, set(terms(old)) - theirs
    overlap = len(left & right) / max(1, len(left | right))
    if overlap < SAME_OVERLAP:
        return "different"
    return "same" if mine == theirs else "updates"


def rank(facts: Sequence[Fact], *, query: str, today: date) -> tuple[Recalled, ...]:
    """Order facts for a message, best first. The candidates come from one coach and, if any, one client."""
    asked, folded = list(dict.fromkeys(terms(query))), normal(query)
    said = [terms(f"{fact.statement} {fact.quote}") for fact in facts]
    held = [_shared(asked, words) for words in said]
    rarity = _rarity(asked, held)
    total = sum(rarity.values()) or 1.0
    scored = [
        _score(fact, _weight(words, hits, rarity) / total, age=(today - fact.observed_on).days, folded=folded)
        for fact, words, hits in zip(facts, said, held, strict=True)
    ]
    return tuple(sorted(scored, key=lambda each: (-each.score, each.fact.id)))


def _shared(asked: Sequence[str], words: Iterable[str]) -> list[str]:
    """Find which of the asked terms are among these words, in the order asked."""
    said = set(words)
    return [term for term in asked if term in said]


def _rarity(asked: Sequence[str], held: Collection[Iterable[str]]) -> dict[str, float]:
    """
    Weigh each asked term by how few facts hold it; one that none holds as the rarest that one does.

    A term that nobody holds tells no two facts apart, and alone it must not make all of them look poor.
    """
    count = len(held)
    weights = {
        term: math.log(1 + (count - holders + 0.5) / (holders + 0.5))
        for term, holders in Counter(chain.from_iterable(held)).items()
    }
    rarest = max(weights.values(), default=1.0)
    return {term: weights.get(term, rarest) for term in asked}


def _weight(words: Sequence[str], hits: Iterable[str], rarity: dict[str, float]) -> float:
    """Weigh the asked terms that a fact of these words holds: more for each time, less among many words."""
    length = 0.4 + 0.6 * len(words) / 20
    times = ((term, words.count(term)) for term in hits)
    return sum(rarity[term] * number * 2.2 / (number + 1.2 * length) for term, number in times)


def _score(fact: Fact, weight: float, *, age: int, folded: str) -> Recalled:
    lexical = min(1.0, weight)
    importance = fact.importance / 5
    recency = 0.5 ** (max(0, age) / HALF_LIFE_DAYS)
    trigger = 1.0 if fact.triggers and _is_triggered(fact, folded) else 0.0
    score = lexical + trigger + 0.25 * importance + 0.15 * recency
    return Recalled(fact, score, lexical, importance, recency, trigger)


def _is_triggered(fact: Fact, folded: str) -> bool:
    return any(normal(phrase) in folded for phrase in fact.triggers if phrase.strip())


def relevant(ranked: Iterable[Recalled]) -> tuple[Recalled, ...]:
    """Keep what the message really called up: a shared word or a trigger, not mere importance."""
    return tuple(each for each in ranked if each.lexical > 0.1 or each.trigger)


def fit(ranked: Iterable[Recalled], *, budget: int) -> tuple[Fact, ...]:
    """Keep the best facts that fit a token budget. One that is too long does not keep out the next."""
    kept, spent = [], 0
    for each in ranked:
        cost = rough(line(each.fact))
        if spent + cost <= budget:
            kept.append(each.fact)
            spent += cost
    return tuple(kept)


def line(fact: Fact) -> str:
    """Write one fact with its evidence on one line."""
    statement = label_long(fact.statement)
    # A claim about a session often is its quotation already.
    is_quoted = f"“{fact.quote}" in fact.statement
    quote = f" “{label_long(fact.quote, QUOTE_CAP)}”" if fact.quote and not is_quoted else ""
    return f"- {statement}{quote} ({label(fact.said_by)}, {label(fact.source)})"


def label_long(text: str, cap: int = 400) -> str:
    """Put a text on one line, cut visibly."""
    flat = " ".join(text.split())
    return flat if len(flat) <= cap else flat[: cap - 1] + "…"
