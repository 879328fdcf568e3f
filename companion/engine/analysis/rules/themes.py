"""What keeps coming back, what sums it up, and which goals came up: by counting words. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from companion.engine.analysis.findings import Finding, GoalTouched
from companion.engine.analysis.material import Goal
from companion.engine.analysis.rules.speech import EMPTY, Sentence, of
from companion.engine.words import normal, terms

OFTEN = 3
"""So many utterances make a theme of a word, one less of two words that stand together."""
MOST_THEMES = 4
MOST_QUOTES = 3
SUMMARY = 3
LENGTHS = range(7, 46)
"""Words of a sentence that can stand for a whole stretch of talk."""

_NOISE = "["
"""Begins what a transcriber wrote about the recording."""

T = TypeVar("T")
Term = tuple[str, ...]


def themes(said: Sequence[Sentence]) -> list[Finding]:
    """List what the client keeps coming back to, with their words."""
    spoken = of("client", said)
    found = []
    for term in _frequent(spoken)[:MOST_THEMES]:
        holding = [sentence for sentence in spoken if _holds(sentence, term)]
        best = sorted(holding, key=lambda sentence: (sentence.length not in LENGTHS, -sentence.length))
        quotes = [sentence.quote for sentence in best if _holds_quoted(sentence, term)][:MOST_QUOTES]
        if quotes:
            found.append(Finding(text=_as_said(term, holding), evidence=quotes))
    return found


def summary(said: Sequence[Sentence]) -> list[Finding]:
    """Choose the sentences of the client that hold most of what keeps coming back, from each third one."""
    spoken = of("client", said)
    weights = Counter(term for sentence in spoken for term in set(sentence.terms))
    thirds = [
        spoken[len(spoken) * place // SUMMARY : len(spoken) * (place + 1) // SUMMARY]
        for place in range(SUMMARY)
    ]
    chosen = (
        max((each for each in third if _tells(each)), key=lambda each: _weight(each, weights), default=None)
        for third in thirds
    )
    return [
        Finding(text=sentence.told("The client said"), evidence=[sentence.quote])
        for sentence in chosen
        if sentence
    ]


def goals(said: Sequence[Sentence], known: Sequence[Goal]) -> list[GoalTouched]:
    """List the goals whose words the client used."""
    found = []
    for goal in known:
        touching = [sentence for sentence in of("client", said) if touches(sentence, goal)]
        if touching:
            best = sorted(touching, key=lambda sentence: -sentence.length)[:MOST_QUOTES]
            found.append(
                GoalTouched(
                    text=best[0].told("The client spoke of it"),
                    evidence=[sentence.quote for sentence in best],
                    goal=goal.ref,
                )
            )
    return found


def touches(sentence: Sentence, goal: Goal) -> bool:
    """Tell whether a sentence shares enough words with a goal: one of few, two of many."""
    wanted = {term for term in terms(goal.title) if term not in EMPTY}
    return len(wanted & set(sentence.terms)) >= (2 if len(wanted) > 3 else 1)


def _frequent(spoken: Sequence[Sentence]) -> list[Term]:
    """List what is said in several utterances, the most frequent first; a pair stands for its two words."""
    single = Counter[Term]((term,) for term in _once_an_utterance(spoken, lambda said: said.terms))
    double = Counter[Term](_once_an_utterance(spoken, lambda said: said.pairs))
    pairs = [pair for pair, count in double.items() if count >= OFTEN - 1]
    covered = {term for pair in pairs for term in pair}
    singles = [term for term, count in single.items() if count >= OFTEN and term[0] not in covered]
    return sorted([*pairs, *singles], key=lambda term: -max(single[each,] for each in term))


def _once_an_utterance(spoken: Sequence[Sentence], held: Callable[[Sentence], Iterable[T]]) -> list[T]:
    """List what the sentences hold, once for each utterance."""
    return [each for _, each in dict.fromkeys((said.number, each) for said in spoken for each in held(said))]


def _holds(sentence: Sentence, term: Term) -> bool:
    if len(term) == 1:
        return term[0] in sentence.terms
    return term in sentence.pairs


def _holds_quoted(sentence: Sentence, term: Term) -> bool:
    """Tell whether the quotation, which may be cut, still holds it."""
    held = set(terms(sentence.quote.quote))
    return all(each in held for each in term)


def _as_said(term: Term, holding: Sequence[Sentence]) -> str:
    """Give a theme the form in which it was said most."""
    forms = Counter(
        form
        for sentence in holding
        for form in normal(sentence.text).replace(",", " ").replace(".", " ").split()
        if set(terms(form)) & set(term)
    )
    chosen = (next((form for form, _ in forms.most_common() if each in terms(form)), each) for each in term)
    return " ".join(_as_written(form, holding) for form in chosen)


def _as_written(form: str, holding: Sequence[Sentence]) -> str:
    """Give a name its capital back: a word that has one wherever it does not begin a sentence."""
    later = (word.strip(',.;:!?"\u201c\u201d') for sentence in holding for word in sentence.text.split()[1:])
    written = {word for word in later if normal(word) == form}
    name = next(iter(written), form)
    return name if len(written) == 1 and name[0].isupper() else form


def _tells(sentence: Sentence) -> bool:
    return (
        not sentence.is_question
        and _NOISE not in sentence.text
        and sentence.length in LENGTHS
        and len(sentence.terms) >= 2
    )


def _weight(sentence: Sentence, weights: Counter[str]) -> float:
    return sum(weights[term] for term in set(sentence.terms)) / (4 + sentence.length)
