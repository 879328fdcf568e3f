"""
The old way to look at a session: a few sentences and the words that come back, made afresh each time. Pure.

No claims, no evidence kept apart, nothing decided. It is written beside the new way to compare the two.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from companion.engine.analysis.material import Utterance
from companion.engine.analysis.parts import Line
from companion.engine.analysis.rules.speech import Sentence, sentences

SENTENCES = 5
TOPICS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Regenerated:
    """Sentences of the transcript with the numbers of their utterances, in order; and topics."""

    sentences: tuple[str, ...]
    numbers: tuple[int, ...]
    topics: tuple[str, ...]


def summarise(utterances: Sequence[Utterance]) -> Regenerated:
    """Choose the sentences that hold most of the frequent words, and name those words."""
    said = sentences(Line(number=each.number, role=each.role, text=each.text) for each in utterances)
    weights = Counter(term for sentence in said for term in set(sentence.terms))
    telling = [sentence for sentence in said if not sentence.is_question and len(sentence.terms) >= 2]
    chosen = sorted(telling, key=lambda sentence: -_weight(sentence, weights))[:SENTENCES]
    chosen.sort(key=lambda sentence: sentence.number)
    return Regenerated(
        sentences=tuple(sentence.quote.quote for sentence in chosen),
        numbers=tuple(sentence.number for sentence in chosen),
        topics=tuple(term for term, count in weights.most_common(TOPICS) if count > 1),
    )


def _weight(sentence: Sentence, weights: Counter[str]) -> float:
    return sum(weights[term] for term in set(sentence.terms)) / (6 + sentence.length)
