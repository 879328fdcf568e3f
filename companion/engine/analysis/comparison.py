"""How the old way and the new way agree about one session: counts and shares, never a word of it. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from companion.engine.analysis.regenerated import Regenerated
from companion.engine.words import terms

NEAR = 2
"""So many utterances apart, two citations are about the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWay:
    """What the new way says, as far as comparing needs it."""

    kinds: Mapping[str, int]
    """How many claims of each kind."""
    texts: Sequence[str]
    """Claims and their quotations."""
    numbers: Sequence[int]
    """The utterances that are cited."""
    left_out: int
    """Statements that were dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One session, old way and new."""

    old_sentences: int
    old_topics: int
    claims: int
    kinds: Mapping[str, int]
    citations: int
    left_out: int
    moments_shared: int
    """Old sentences that the new way cites too, or something within two utterances of them."""
    topics_shared: int
    """Old topics that stand in a claim or its words."""

    @property
    def agreement(self) -> float | None:
        """The part of what the old way says that the new way holds too, 0 to 1; None for an empty old way."""
        said = self.old_sentences + self.old_topics
        return (self.moments_shared + self.topics_shared) / said if said else None


def compare(old: Regenerated, new: NewWay) -> Comparison:
    """Compare two readings of one session."""
    told = {term for text in new.texts for term in terms(text)}
    return Comparison(
        old_sentences=len(old.numbers),
        old_topics=len(old.topics),
        claims=sum(new.kinds.values()),
        kinds=new.kinds,
        citations=len(new.numbers),
        left_out=new.left_out,
        moments_shared=sum(_is_cited(number, new.numbers) for number in old.numbers),
        topics_shared=sum(topic in told for topic in old.topics),
    )


def together(each: Sequence[Comparison]) -> Comparison:
    """Add up several sessions."""
    kinds: Counter[str] = Counter()
    for one in each:
        kinds.update(one.kinds)
    return Comparison(
        old_sentences=sum(one.old_sentences for one in each),
        old_topics=sum(one.old_topics for one in each),
        claims=sum(one.claims for one in each),
        kinds=dict(kinds),
        citations=sum(one.citations for one in each),
        left_out=sum(one.left_out for one in each),
        moments_shared=sum(one.moments_shared for one in each),
        topics_shared=sum(one.topics_shared for one in each),
    )


def _is_cited(number: int, cited: Sequence[int]) -> bool:
    return any(abs(number - other) <= NEAR for other in cited)
