"""Looking back on a session right after it, with its words."""

from collections.abc import Iterator

from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, LAYERS, LENNART
from companion.evals.shapes import Accept, Analyse, Finding, Say, Scenario

ACCEPTED = 1
BORNE_OUT = {"summary", "theme", "commitment", "question", "observation"}


def check(record: Record) -> Iterator[Finding]:
    """Claims stand on words; of several promises only the accepted one became a commitment."""
    kinds = {claim.kind for claim in record.claims}
    for missing in sorted({"summary", "commitment"} - kinds):
        yield Finding("error-free", f"the debrief has no {missing}")
    for claim in record.claims:
        if claim.kind in BORNE_OUT and not claim.is_inference and not claim.quotes:
            yield Finding("error-free", f"no words stand behind: {claim.text}")
    found = sum(claim.kind == "commitment" for claim in record.claims)
    if found <= ACCEPTED:
        yield Finding("error-free", f"only {found} promises were found, so accepting proves nothing")
    if len(record.promises) != ACCEPTED:
        yield Finding("error-free", f"{len(record.promises)} commitments after {ACCEPTED} was accepted")


SCENARIO = Scenario(
    key="debrief",
    title="Debrief after a session",
    aim="What a session was about stands on its words, and a promise counts only once the coach accepts it.",
    coach=COACH,
    layers=LAYERS,
    people=(LENNART,),
    steps=(
        Say("I just had my session with Lennart."),
        Say("7"),
        Analyse(client="Lennart Holm"),
        Accept(kinds=("commitment",), most=ACCEPTED),
        Say("Remember that Lennart prefers to be asked about the evenings first."),
        Say("Thanks, that is all for today."),
    ),
    checks=(check,),
    most_words=160,
)
