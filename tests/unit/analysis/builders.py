"""Small sessions to analyse, each a whole and ordinary thing that a test changes one part of."""

from collections.abc import Iterable

from companion.engine.analysis.claims import Claim
from companion.engine.analysis.findings import Findings, Quote
from companion.engine.analysis.material import Goal, KnownLoop, Material, Role, Utterance
from companion.engine.analysis.verify import Verified, Verifier

TALK: tuple[tuple[Role, str], ...] = (
    ("coach", "Good to see you. What would you like to look at today?"),
    ("client", "I keep saying yes to everything. I don't want to go back to how it was in March."),
    ("coach", "You don't want to go back. What happens when you say yes?"),
    ("client", "Whenever somebody asks me, I just say yes because it is easier. Then I work until nine."),
    ("coach", "So it is easier in the moment. I'll send you the list of questions that we talked about."),
    ("client", "Thanks. I will talk with Nadia about the Friday meeting before next week."),
    ("coach", "How sure are you, on a scale from 0 to 10?"),
    ("client", "Maybe a 7. But I'm not sure that she will like it."),
)


def said(*talk: tuple[Role, str], seconds: int = 0) -> tuple[Utterance, ...]:
    """Number some talk from 1; with `seconds` each utterance lasts so long, with no gap."""
    return tuple(
        Utterance(
            number=place + 1,
            role=role,
            text=text,
            start_ms=place * seconds * 1_000 if seconds else None,
            end_ms=(place + 1) * seconds * 1_000 if seconds else None,
        )
        for place, (role, text) in enumerate(talk)
    )


def material(talk: Iterable[tuple[Role, str]] = TALK, **changes: object) -> Material:
    given: dict[str, object] = {
        "utterances": said(*talk),
        "client_name": "Maya Lindqvist",
        "coach_name": "Ada Marsh",
        "goals": (Goal(ref="g1", title="Say no without guilt"),),
        "loops": (
            KnownLoop(ref="l1", trigger="a request", behaviour="says yes", payoff="calm", seen=("3 March",)),
        ),
    }
    return Material(**(given | changes))  # type: ignore[arg-type]


def quoting(number: int, quote: str) -> list[Quote]:
    return [Quote(utterance=number, quote=quote)]


def verified(given: Material | None = None, **findings: object) -> Verified:
    return Verifier(given or material()).verify(Findings.model_validate(findings))


def only(result: Verified) -> Claim:
    """The one claim that is left."""
    (claim,) = result.claims
    return claim


def reasons(result: Verified) -> list[str]:
    return [each.reason for each in result.dropped]
