"""A coach who opens the product for the first time, and goes through all of it in one sitting."""

from collections.abc import Iterator

from companion.evals.records import Record
from companion.evals.shapes import ConfirmCards, Finding, Say, Scenario

LAYERS = {"identity", "soul", "coach_knowledge"}


def check(record: Record) -> Iterator[Finding]:
    """Everything is open at the end, by three cards in the coach's own words."""
    if not record.is_unlocked:
        yield Finding("error-free", "the abilities are not unlocked after the last card")
    confirmed = {card.layer: card.text for card in record.cards if card.status == "confirmed"}
    if set(confirmed) != LAYERS:
        yield Finding("error-free", f"cards were confirmed for {sorted(confirmed) or 'nothing'} only")
    for words, layer in (
        ("Otto", "identity"),
        ("thinks for themselves", "soul"),
        ("first time", "coach_knowledge"),
    ):
        if words not in confirmed.get(layer, ""):
            yield Finding("error-free", f"“{words}” is missing from what I know as {layer}")
    if len(record.exchanges) > 1 and not record.exchanges[-1].answer:
        yield Finding("error-free", "the talk broke off")


SCENARIO = Scenario(
    key="new-coach",
    title="New coach, first meeting",
    aim="The first meeting ends with everything open, one question at a time, in the coach's own words.",
    coach="Milla Saarinen",
    steps=(
        Say("Hello"),
        Say("Call me Milla. I'd like to call you Otto. Please be brief and plain."),
        Say("Why do you ask me that?"),
        Say("That the client thinks for themselves and leaves with something to do."),
        Say("Say it straight out, I can take it."),
        Say("Never write to a client in my name."),
        Say("People who lead a team for the first time. Most come when the first conflict is there."),
        Say("Eight sessions, a fortnight apart, and each ends with one sentence on a card."),
        Say("Not sure yet"),
        ConfirmCards(),
        Say("What can you do?"),
    ),
    checks=(check,),
)
