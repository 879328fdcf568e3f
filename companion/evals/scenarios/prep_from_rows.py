"""Getting ready for a session from what is on record, and from nothing else."""

from collections.abc import Iterator

from companion.evals.checks import prose
from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, INES, LAYERS, YUSUF
from companion.evals.shapes import Finding, Say, Scenario

PREP, PROMISE, UNKNOWN = 0, 1, 2


def check(record: Record) -> Iterator[Finding]:
    """The prep quotes the notes; what no note holds is said not to be there."""
    prep, promise, unknown = (record.exchanges[which].answer for which in (PREP, PROMISE, UNKNOWN))
    if len(prose.quotations(prep)) < 1:
        yield Finding("error-free", "the prep quotes nothing")
    for words in ("Duarte", "page on letting go"):
        if words not in prep:
            yield Finding("error-free", f"the prep leaves out what the notes promise: “{words}”")
    if "page on letting go" not in promise:
        yield Finding("error-free", "asked about a promise, it does not find the one in the notes")
    if not any(word in unknown.casefold() for word in ("not", "nothing", "no ")):
        yield Finding("error-free", "does not say that something is not on record")


SCENARIO = Scenario(
    key="prep-from-rows",
    title="Prep from real rows",
    aim="A prep holds what is on record with the words it rests on; nothing is invented to fill it.",
    coach=COACH,
    layers=LAYERS,
    people=(INES, YUSUF),
    steps=(
        Say("Prepare me for Ines, please."),
        Say("What did I promise to send Ines?"),
        Say("What did Ines say about her salary?"),
        Say("And what do you know about Yusuf?"),
        Say("Who is on this week?"),
    ),
    checks=(check,),
    most_words=220,
)
