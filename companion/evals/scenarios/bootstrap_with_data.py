"""A coach whose clients, sessions and notes are there before the companion has met them."""

from collections.abc import Iterator

from companion.evals.records import Record
from companion.evals.scenarios.people import INES, YUSUF
from companion.evals.shapes import Finding, Say, Scenario

ROSTER = 1
"""The exchange in which the coach asks who their clients are."""


def check(record: Record) -> Iterator[Finding]:
    """The list is told as it is, and a question of the coach's is never taken for their answer."""
    answer = record.exchanges[ROSTER].answer
    for person in (INES, YUSUF):
        if person.name not in answer:
            yield Finding("error-free", f"{person.name} is in the list and not in the answer")
    asked = {each.said for each in record.exchanges if each.said.endswith("?")}
    for card in record.cards:
        for question in asked:
            if question in card.text:
                yield Finding("error-free", f"took the coach's question for an answer: “{question}”")


SCENARIO = Scenario(
    key="bootstrap-with-data",
    title="First meeting with a full practice",
    aim="The companion reads what is there, invents no client, and still asks instead of assuming.",
    coach="Hanne Vestergaard",
    people=(INES, YUSUF),
    steps=(
        Say("Hi there"),
        Say("You can see my practice already. Who are my clients?"),
        Say("Right. I'm Hanne, and you can be Piet."),
        Say("When is my next session?"),
        Say("Calm, no fuss."),
        Say("Could you prepare me for Ines now?"),
        Say("That people leave with their own answer."),
        Say("Gently, please."),
        Say("Never guess what a client feels."),
    ),
    checks=(check,),
)
