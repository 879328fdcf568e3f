"""Makes one whole of what the parts of a session gave: the same thing once, in reading order. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from companion.engine.analysis.claims import MOST, SECTIONS, Claim, Dropped, Kind, Span
from companion.engine.analysis.verify import MOST_SPANS, Verified
from companion.engine.memory import compare
from companion.engine.words import particulars, terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One whole session: claims in reading order; `dropped` counts what is not shown, by kind and reason."""

    claims: tuple[Claim, ...]
    dropped: Counter[Dropped]


def join(parts: Iterable[Verified]) -> Analysis:
    """Join the parts, in their order."""
    found = list(parts)
    dropped = Counter(each for part in found for each in part.dropped)
    claims: list[Claim] = []
    for kind in SECTIONS.values():
        merged = _merged(claim for part in found for claim in part.claims if claim.kind == kind)
        kept = _spread(merged, MOST[kind]) if kind == "summary" else _weightiest(merged, MOST[kind])
        dropped[Dropped(kind, "too_many")] += len(merged) - len(kept)
        claims += kept
    return Analysis(claims=tuple(claims), dropped=+dropped)


def _merged(claims: Iterable[Claim]) -> list[Claim]:
    merged: list[Claim] = []
    for claim in claims:
        for place, earlier in enumerate(merged):
            if same(earlier, claim):
                merged[place] = replace(
                    earlier,
                    evidence=_spans(earlier.evidence, claim.evidence),
                    is_inference=earlier.is_inference and claim.is_inference,
                )
                break
        else:
            merged.append(claim)
    return merged


def same(one: Claim, other: Claim) -> bool:
    """
    Tell whether two claims say one thing: the same in words, or one kind of thing from one stretch of talk.

    What differs in a number, a name, a date or a "not" is never the same.
    """
    if (one.kind, one.owner, one.goal, one.stance, one.principle) != (
        other.kind,
        other.owner,
        other.goal,
        other.stance,
        other.principle,
    ):
        return False
    verdict = compare(one.text, other.text)
    if verdict == "different" and _share_words(one.evidence, other.evidence):
        return one.kind == "theme" or _alike(one.text, other.text)
    return verdict == "same"


def _share_words(ones: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(_overlap(one, other) for one in ones for other in others)


def _overlap(one: Span, other: Span) -> bool:
    if one.number != other.number:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(one.end - one.start, other.end - other.start)


def _alike(one: str, other: str) -> bool:
    """Tell whether two texts that rest on the same words share most of their own, and every particular."""
    left, right = set(terms(one)), set(terms(other))
    shared = len(left & right) / max(1, min(len(left), len(right)))
    return shared >= 0.5 and particulars(one) == particulars(other)


def _spans(ones: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    spans = list(ones)
    for span in others:
        if not any(_overlap(span, known) and span.side == known.side for known in spans):
            spans.append(span)
    return tuple(spans[:MOST_SPANS])


def _weightiest(claims: Sequence[Claim], most: int) -> list[Claim]:
    """Keep those with the most evidence, in the order in which they came up."""
    ranked = sorted(
        range(len(claims)), key=lambda place: (claims[place].is_inference, -len(claims[place].evidence))
    )
    return [claims[place] for place in sorted(ranked[:most])]


def _spread(claims: Sequence[Claim], most: int) -> list[Claim]:
    """Keep some from the whole length of the session rather than all from its beginning."""
    if len(claims) <= most:
        return list(claims)
    return [claims[place * len(claims) // most] for place in range(most)]


def counted(dropped: Counter[Dropped]) -> list[tuple[Kind, str, int]]:
    """List what was dropped as plain rows: kind, reason, how many."""
    return [(each.kind, each.reason, count) for each, count in sorted(dropped.items(), key=_order)]


def _order(item: tuple[Dropped, int]) -> tuple[str, str]:
    return item[0].kind, item[0].reason
