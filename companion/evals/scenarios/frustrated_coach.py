"""A coach in a hurry, who wants no more questions."""

from collections.abc import Iterator

from companion.evals.records import Record
from companion.evals.scenarios.people import INES, YUSUF
from companion.evals.shapes import Finding, Say, Scenario

STOP = "Enough with the questions"


def check(record: Record) -> Iterator[Finding]:
    """Impatience is no answer: it is written on no card, and short answers meet it."""
    if any(STOP in card.text for card in record.cards):
        yield Finding("error-free", "took the coach's impatience for an answer")
    for number, exchange in enumerate(record.exchanges, start=1):
        if exchange.must_ask_nothing and len(exchange.answer.split()) > 60:
            yield Finding("warm", f"answer {number}: too many words for somebody in a hurry", is_fault=False)
    if not record.exchanges[-1].answer.rstrip().endswith("?"):
        yield Finding("efficient", "does not take the questions up again when asked to", is_fault=False)


SCENARIO = Scenario(
    key="frustrated-coach",
    title="Frustrated coach",
    aim="No more questions means none: short answers, no pressing, and a way back when the coach wants it.",
    coach="Hanne Vestergaard",
    people=(INES, YUSUF),
    steps=(
        Say("hi"),
        Say("hanne. call yourself what you like"),
        Say("skip"),
        Say(f"{STOP}. I have work to do.", quiet=True),
        Say("who are my clients?", quiet=True),
        Say("And do I have a session this week?", quiet=True),
        Say("fine", quiet=True),
        Say("ok go on then"),
        Say("Go on"),
    ),
    checks=(check,),
)
