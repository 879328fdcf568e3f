"""Plain short sentences, no jargon, markdown that can be read. Pure."""

import re
from collections.abc import Iterator
from statistics import mean

from companion.evals.checks import prose
from companion.evals.records import Record
from companion.evals.shapes import Finding

MEAN_WORDS, FAR_TOO_LONG = 18.0, 25.0
"""Words a sentence on average: above the first it is a blemish, above the second a fault."""
LONGEST_SENTENCE = 40
JARGON = re.compile(
    r"\b(leverag\w+|synerg\w+|utili[sz]e\w*|holistic\w*|paradigm\w*|stakeholder\w*|actionable|learnings"
    r"|ideat\w+|circle back|touch base|deep.?dive|unpack(?:ing)?|deliverables?|bandwidth|low-hanging"
    r"|LLM|API|JSON|tokens?|database|schema|embedding\w*|payload|prompt(?:s|ed)?|boolean|null|undefined)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_TABLE = re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)
_LEAK = re.compile(r'"?chat_message"?\s*:|\[ref [0-9a-f]{8}\]|\{"')


def check(record: Record) -> Iterator[Finding]:
    """Find what is hard to read."""
    for number, exchange in enumerate(record.exchanges, start=1):
        for what in (*_jargon(exchange.answer), *_marks(exchange.answer)):
            yield Finding("accessible", f"answer {number}: {what}")
        longest = max(map(len, prose.sentences(prose.own_words(exchange.answer))), default=0)
        if longest > LONGEST_SENTENCE:
            yield Finding("accessible", f"answer {number}: a sentence of {longest} words", is_fault=False)
    if (average := sentence_length(record)) > MEAN_WORDS:
        yield Finding("accessible", f"{average:.0f} words a sentence", is_fault=average > FAR_TOO_LONG)


def sentence_length(record: Record) -> float:
    """Count the words of a sentence, on average over all answers."""
    lengths = [len(each) for one in record.exchanges for each in prose.sentences(prose.own_words(one.answer))]
    return mean(lengths) if lengths else 0.0


def _jargon(answer: str) -> Iterator[str]:
    for found in sorted({each.casefold() for each in JARGON.findall(prose.own_words(answer))}):
        yield f"jargon: {found}"


def _marks(answer: str) -> Iterator[str]:
    if answer.count("**") % 2 or answer.count("```") % 2:
        yield "a mark of emphasis or code that is not closed"
    if _TAG.search(answer) or _TABLE.search(answer):
        yield "a tag or a table where plain text belongs"
    if _LEAK.search(answer):
        yield "something of our own machinery shows"
