"""Questions about what was said in a session, whose words are there and whose client agreed."""

from collections.abc import Iterator

from companion.evals.checks import prose
from companion.evals.records import Record
from companion.evals.scenarios.people import COACH, LAYERS, LENNART
from companion.evals.shapes import Accept, Analyse, Finding, Say, Scenario

KNOWN, PROMISED, UNSAID = 0, 1, 2


def check(record: Record) -> Iterator[Finding]:
    """Answers rest on words; what was not said is not made up."""
    known, promised, unsaid = (record.exchanges[which].answer for which in (KNOWN, PROMISED, UNSAID))
    if not record.spans:
        yield Finding("error-free", "the analysis found no words at all")
    for what, answer in (("the evenings", known), ("the promise", promised)):
        if not prose.quotations(answer):
            yield Finding("error-free", f"says nothing of {what} in the words that were used")
    if "Astrid" not in promised:
        yield Finding("error-free", "does not find the promise to ask Astrid")
    if not any(word in unsaid.casefold() for word in ("not", "nothing", "no ")):
        yield Finding("error-free", "does not say that something was not said")


SCENARIO = Scenario(
    key="transcript-deep-dive",
    title="Transcript deep dive",
    aim="Asked about a session's words, the companion quotes them to the letter or says that it has none.",
    coach=COACH,
    layers=LAYERS,
    people=(LENNART,),
    steps=(
        Analyse(client="Lennart Holm"),
        Accept(),
        Say("What did Lennart say about the evenings and his desk?"),
        Say("What did Lennart promise to tell the team or Astrid?"),
        Say("Did Lennart mention his mortgage?"),
        Say("What do you know about Lennart?"),
    ),
    checks=(check,),
    most_words=220,
)
