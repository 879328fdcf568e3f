"""Speaks to the coach, shames nobody, neither cheers nor grovels. Pure."""

import re
from collections.abc import Iterator

from companion.evals.checks import prose
from companion.evals.records import Record
from companion.evals.shapes import Finding

ADDRESSED, HARDLY_ADDRESSED = 0.5, 0.2
"""Share of answers that speak to the coach: below the first a blemish, below the second a fault."""
SHAMING = re.compile(
    r"\b(you should have|you (?:have )?failed|you never|you always forget|your (?:own )?fault|lazy|careless"
    r"|disappoint\w+|obviously|clearly you|as i (?:already )?said|how could you|shame on|ashamed|stupid"
    r"|that is wrong of you|you must have known|excuses)\b",
    re.IGNORECASE,
)
FLATTERY = re.compile(
    r"\b(great question|excellent question|amazing|awesome|fantastic|brilliant)\b", re.IGNORECASE
)
SORRY = re.compile(r"\b(sorry|apologi[sz]e|apolog(?:y|ies)|forgive me)\b", re.IGNORECASE)
GROVELLING = re.compile(r"\b(so|very|deeply|terribly|truly|sincerely) (sorry|apologi[sz]e)\b", re.IGNORECASE)


def check(record: Record) -> Iterator[Finding]:
    """Find coldness, and false warmth."""
    for number, exchange in enumerate(record.exchanges, start=1):
        for what, is_fault in _of_answer(prose.own_words(exchange.answer)):
            yield Finding("warm", f"answer {number}: {what}", is_fault)
    if (share := addressed(record)) < ADDRESSED:
        what = f"only {share:.0%} of the answers speak to the coach"
        yield Finding("warm", what, is_fault=share < HARDLY_ADDRESSED)


def _of_answer(words: str) -> Iterator[tuple[str, bool]]:
    if "!" in words:
        yield "an exclamation mark", True
    if found := SHAMING.search(words):
        yield f"shaming words: {found[0]}", True
    if GROVELLING.search(words) or len(SORRY.findall(words)) > 1:
        yield "grovels", True
    if found := FLATTERY.search(words):
        yield f"flattery: {found[0]}", False


def addressed(record: Record) -> float:
    """Count the share of answers that say you, your, we, us, or the coach's name."""
    first_name = re.escape(record.coach.split()[0])
    to_the_coach = re.compile(rf"\b(you|your|yours|we|us|our|{first_name})\b", re.IGNORECASE)
    answers = [prose.own_words(each.answer) for each in record.exchanges]
    return sum(bool(to_the_coach.search(each)) for each in answers) / max(1, len(answers))
