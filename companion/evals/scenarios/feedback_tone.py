"""Feedback of the third kind: the companion should sound different."""

from collections.abc import Iterator

from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, INES, LAYERS
from companion.evals.shapes import Finding, Say, Scenario


def check(record: Record) -> Iterator[Finding]:
    """A card waits, with the coach's words; who the companion is has not changed."""
    waiting = [card for card in record.cards if card.kind == "layer" and card.status == "pending"]
    if not waiting:
        yield Finding("error-free", "no card waits with the new tone")
    if not all(card.layer in {"identity", "soul"} for card in waiting):
        yield Finding("error-free", "the new tone was put where tone does not belong")
    if record.versions:
        yield Finding("error-free", "the personality changed without a yes")


SCENARIO = Scenario(
    key="feedback-tone",
    title="Feedback: change your tone",
    aim="A wish about tone becomes a card to confirm; nothing about the personality changes by itself.",
    coach=COACH,
    layers=LAYERS,
    people=(INES,),
    steps=(
        Say("Please write a little more formal to me, and never use first names of my clients' children."),
        Say("Thank you"),
    ),
    checks=(check,),
)
