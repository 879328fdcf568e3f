"""One call an answer, and no more words than it takes. Pure."""

from collections.abc import Iterator

from companion.evals.checks import prose
from companion.evals.records import Record
from companion.evals.shapes import Finding

MUCH_TOO_LONG = 1.5
"""Times the bound: from here it is a fault."""


def check(record: Record) -> Iterator[Finding]:
    """Find waste."""
    for number, exchange in enumerate(record.exchanges, start=1):
        if exchange.calls != 1:
            yield Finding("efficient", f"answer {number}: took {exchange.calls} calls of the model")
        count = len(prose.words(exchange.answer))
        if count > record.most_words:
            is_fault = count > record.most_words * MUCH_TOO_LONG
            yield Finding("efficient", f"answer {number}: {count} words of {record.most_words}", is_fault)
