"""Moments of the coach's own work, by the form of what was said before and after. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from companion.engine.analysis.findings import CoachMoment, Quote
from companion.engine.analysis.parts import Line
from companion.engine.analysis.principles import PrincipleKey
from companion.engine.analysis.rules.speech import EMPTY, Sentence, beginning, sentences
from companion.engine.analysis.talk import questions, words_in
from companion.engine.words import terms

MOST_OF_ONE = 2
LONG_ANSWER = 40
LONG_TURN = 110
"""Words."""
_OWN_IDEA = re.compile(
    r"\b(what (ideas|do you think|would you like|would help|else would|could you|do you need)"
    r"|what's on your mind|where would you like to (start|begin)|how would you|what feels like"
    r"|what (seems|sounds) like)\b"
)
_STEP = re.compile(
    r"\b(next step|first step|between now and|what will you do|when will you|what would you like to do next"
    r"|how confident|on a scale)\b"
)
_EARLIER = re.compile(
    r"\b(you('ve| have)? (mentioned|said earlier|told me|shared)|we talked (about|like)|come up before"
    r"|first time we met|earlier (on )?(you|that)|(heard|remember) you say)\b"
)
_REFLECTS = re.compile(
    r"^\W*(so|okay,? so|all right,? so|it sounds like|sounds like|you're|you|mm,? so|yeah,? so)\b"
)
_ADVICE = re.compile(
    r"\b(you should (?!be|feel)|you need to|you have to|have you tried|why don't you|if i were you"
    r"|you could just|i'd suggest)\b"
)
_CLOSED = re.compile(
    r"^(\W|so|and|but|okay|ok|well|um|uh|yeah|right|now)*"
    r"\b(do|does|did|is|are|was|were|have|has|can|could|would|will|should)\b"
)


def strengths(lines: Sequence[Line]) -> list[CoachMoment]:
    """Quote moments in which a principle shows, at most two for each."""
    found = [moment for before, line, after in _around(lines) for moment in _shown(before, line, after)]
    return _few(found)


def opportunities(lines: Sequence[Line]) -> list[CoachMoment]:
    """Quote moments that could be tried differently, at most two for each principle."""
    found = [moment for line, after in pairwise(lines) for moment in _missed(line, after)]
    return _few(found)


def _around(lines: Sequence[Line]) -> Iterator[tuple[Line | None, Line, Line | None]]:
    for place, line in enumerate(lines):
        if line.role == "coach":
            before = lines[place - 1] if place else None
            yield before, line, lines[place + 1] if place + 1 < len(lines) else None


def _shown(before: Line | None, line: Line, after: Line | None) -> Iterator[CoachMoment]:
    # Once a line and not once a sentence: a line may hold a thousand.
    has_room, theirs = _leaves_room(line, after), _terms(before)
    for sentence in sentences([line]):
        if sentence.is_question and _OWN_IDEA.search(sentence.folded):
            yield _moment(
                "ownership", sentence.told("The coach asked for the client's own idea"), sentence.quote
            )
        if _STEP.search(sentence.folded) and sentence.is_question:
            yield _moment("step", sentence.told("The coach asked for a step"), sentence.quote)
        if _EARLIER.search(sentence.folded):
            yield _moment("thread", sentence.told("The coach came back to earlier words"), sentence.quote)
        if _says_back(theirs, sentence):
            yield _moment("mirror", sentence.told("The coach said back what was heard"), sentence.quote)
        if has_room and questions(sentence.text) == [True]:
            yield _moment("room", sentence.told("The coach asked openly and waited"), sentence.quote)


def _terms(before: Line | None) -> set[str]:
    if before is None or before.role != "client":
        return set()
    return {term for term in terms(before.text) if term not in EMPTY and len(term) > 2}


def _says_back(theirs: set[str], sentence: Sentence) -> bool:
    return bool(_REFLECTS.match(sentence.folded)) and len(theirs & set(sentence.terms)) >= 2


def _leaves_room(line: Line, after: Line | None) -> bool:
    is_answered = after is not None and after.role == "client" and words_in(after.text) >= LONG_ANSWER
    return is_answered and questions(line.text) == [True]


def _missed(line: Line, after: Line) -> Iterator[CoachMoment]:
    if line.role != "coach":
        return
    said = sentences([line])
    asked = [sentence for sentence in said if sentence.is_question and sentence.length >= 4]
    if len(asked) >= 3:
        text = "The coach put several questions at once; a single one may leave more room."
        yield _moment("room", text, *(sentence.quote for sentence in asked[:3]))
    if words_in(line.text) >= LONG_TURN and said:
        text = "The coach spoke for long here; a short question may do as much."
        yield _moment("room", text, Quote(utterance=line.number, quote=beginning(line.text)))
    for sentence in said:
        if _ADVICE.search(sentence.folded):
            text = sentence.told("The coach gave advice; asking for the client's own idea is another way")
            yield _moment("ownership", text, sentence.quote)
    if asked and said[-1] is asked[-1] and _CLOSED.search(asked[-1].folded) and _is_brief(after):
        text = asked[-1].told("The coach asked what a word could answer; an open form may bring more")
        yield _moment("room", text, asked[-1].quote)


def _is_brief(answer: Line) -> bool:
    return answer.role == "client" and words_in(answer.text) <= 2 and not answer.text.endswith("?")


def _moment(principle: PrincipleKey, text: str, *quotes: Quote) -> CoachMoment:
    return CoachMoment(text=text, evidence=list(quotes), principle=principle)


def _few(moments: Sequence[CoachMoment]) -> list[CoachMoment]:
    kept: dict[PrincipleKey, list[CoachMoment]] = {}
    for moment in moments:
        same = kept.setdefault(moment.principle, [])
        if len(same) < MOST_OF_ONE and all(each.evidence != moment.evidence for each in same):
            same.append(moment)
    return [moment for same in kept.values() for moment in same]
