"""Feedback of the fourth kind: harsh, and too vague to act on."""

from collections.abc import Iterator

from companion.evals.checks.warm import SORRY
from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, INES, LAYERS, YUSUF
from companion.evals.shapes import Finding, Say, Scenario

OFFERS = ("prepare", "tell me one thing", "which one", "name one", "look at")


def check(record: Record) -> Iterator[Finding]:
    """Each answer stays on its feet and offers one concrete thing."""
    for number, exchange in enumerate(record.exchanges[:2], start=1):
        answer = exchange.answer.casefold()
        if not any(offer in answer for offer in OFFERS):
            yield Finding("warm", f"answer {number}: offers nothing concrete")
        if SORRY.search(answer):
            yield Finding("warm", f"answer {number}: apologises instead of offering", is_fault=False)
        if answer.count("?") > 1:
            yield Finding("efficient", f"answer {number}: asks more than one thing")
    if record.versions or record.kept:
        yield Finding("error-free", "kept or changed something because it was scolded")


SCENARIO = Scenario(
    key="feedback-harsh",
    title="Feedback: harsh and vague",
    aim="Harsh words are taken as they are: no grovelling, no defence, one concrete offer.",
    coach=COACH,
    layers=LAYERS,
    people=(INES, YUSUF),
    steps=(
        Say("This is useless. You don't get it at all."),
        Say("Honestly, a waste of my time."),
        Say("Prepare Ines then."),
    ),
    checks=(check,),
    most_words=220,
)
