"""Feedback of the first kind: praise."""

from collections.abc import Iterator

from companion.evals.checks import prose
from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, INES, LAYERS
from companion.evals.shapes import Finding, Say, Scenario

PRAISED = 1


def check(record: Record) -> Iterator[Finding]:
    """Praise is taken in a sentence or two, and changes nothing."""
    if len(prose.words(record.exchanges[PRAISED].answer)) > 40:
        yield Finding("efficient", "makes a speech of a thank-you", is_fault=False)
    if record.cards or record.versions:
        yield Finding("error-free", "changed or proposed something because it was praised")


SCENARIO = Scenario(
    key="feedback-praise",
    title="Feedback: praise",
    aim="Praise is taken plainly: no gushing, nothing changed by it.",
    coach=COACH,
    layers=LAYERS,
    people=(INES,),
    steps=(
        Say("Prepare me for Ines"),
        Say("The words from my own notes were what I needed, thank you."),
        Say("Perfect, that will do."),
    ),
    checks=(check,),
    most_words=220,
)
