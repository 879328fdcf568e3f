"""Feedback of the second kind: a fact is put right."""

from collections.abc import Iterator

from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, INES, LAYERS
from companion.evals.shapes import Finding, Say, Scenario

WRONG, RIGHT = "papers on 9 June", "papers on 16 June"
AFTERWARDS = -1


def check(record: Record) -> Iterator[Finding]:
    """The new fact stands, the old one is closed, and only the new one is told."""
    current = [fact for fact in record.kept if fact.is_current]
    if not any(RIGHT in fact.statement for fact in current):
        yield Finding("error-free", f"did not keep {RIGHT}")
    if any(WRONG in fact.statement and RIGHT not in fact.statement for fact in current):
        yield Finding("error-free", f"still holds {WRONG} to be so")
    if not any(WRONG in fact.statement for fact in record.kept):
        yield Finding("error-free", "the history of the fact is lost")
    told = record.exchanges[AFTERWARDS].answer
    if RIGHT not in told or WRONG in told:
        yield Finding("error-free", f"tells something else than {RIGHT} afterwards")


SCENARIO = Scenario(
    key="feedback-fact",
    title="Feedback: a fact is wrong",
    aim="A correction takes the place of what was remembered, and the earlier one stays in the history only.",
    coach=COACH,
    layers=LAYERS,
    people=(INES,),
    steps=(
        Say(f"Remember that Ines signs the handover {WRONG}."),
        Say("What do you know about Ines?"),
        Say(f"That's wrong: Ines signs the handover {RIGHT}."),
        Say("What do you know about Ines and the papers?"),
    ),
    checks=(check,),
    most_words=220,
)
