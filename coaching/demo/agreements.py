"""
What the people of the demo agreed to, are working towards and promised: plain data, from Maya's notes.

A `day` is that of a meeting of theirs; `by` and `due` count Maya's working days from today.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A yes or a no to one purpose."""

    day: int
    purpose: str
    given: bool = True
    method: str = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A milestone, and the meeting by which it was reached."""

    title: str
    due: int | None = None
    reached: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far they had come, and what showed it."""

    day: int
    value: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A goal, with its way so far."""

    day: int
    title: str
    description: str = ""
    category: str = "growth"
    priority: int = 3
    by: int | None = None
    stations: tuple[Station, ...] = ()
    steps: tuple[Step, ...] = ()
    resting: int | None = None
    """The meeting since which it rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A commitment, and the meeting by which it was settled."""

    day: int
    text: str
    promised_by: str = "client"
    due: int | None = None
    settled: int | None = None
    dropped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One client's."""

    answers: tuple[Answer, ...] = ()
    aims: tuple[Aim, ...] = ()
    promises: tuple[Promise, ...] = ()


_TOMAS = Way(
    answers=(
        Answer(day=-40, purpose="record"),
        Answer(day=-40, purpose="ai_processing", method="written"),
        Answer(day=-32, purpose="quotes_in_prep"),
        Answer(day=-32, purpose="ai_chat", given=False),
    ),
    aims=(
        Aim(
            day=-40,
            title="Two nights a week out of the kitchen",
            description=(
                "Tuesday and Sunday at home, from before dinner until after bedtime. The place runs, and on "
                "Wednesday morning I do not ask first what went wrong."
            ),
            category="career",
            priority=5,
            by=40,
            stations=(
                Station(title="One Tuesday off, whatever happens", reached=-24),
                Station(title="Four Tuesdays out of five", reached=-15),
                Station(title="Rui knows, and is paid as head chef for two nights", due=9),
                Station(title="Four Sundays in a row", due=40),
            ),
            steps=(
                Step(day=-32, value=10, note="Sixty-three questions in six services, nineteen from Rui"),
                Step(day=-24, value=25, note="The first Tuesday taken, though he graded it as a failure"),
                Step(day=-15, value=45, note="Four of the last five Tuesdays"),
                Step(day=-6, value=55, note="The spreadsheet is open: Rui for two nights can be paid"),
            ),
        ),
        Aim(
            day=-24,
            title="An evening that is mine",
            description="Know what to do with half past eight when nobody needs a plate.",
            steps=(
                Step(day=-15, value=20, note="Cooks at home on Tuesdays, badly, which delights Benedita"),
                Step(day=-6, value=35, note="Asked his mother: “thirty years standing guard over a story”"),
            ),
        ),
    ),
    promises=(
        Promise(
            day=-40,
            text="Write down, for one week, every question that somebody could have answered without him",
            settled=-32,
        ),
        Promise(
            day=-32,
            text="Answer Rui with “what would you do?” and stand still for a count of five",
            due=-22,
            settled=-24,
        ),
        Promise(day=-15, text="Open the spreadsheet with the accountant, not alone", due=-7, settled=-6),
        Promise(
            day=-15,
            text="Send him the three questions that helped with the Tuesday",
            promised_by="coach",
            due=-9,
        ),
    ),
)

_ADAEZE = Way(
    answers=(
        Answer(day=-17, purpose="record"),
        Answer(day=-17, purpose="ai_processing"),
        Answer(day=-17, purpose="hours_log", method="email"),
        Answer(day=-10, purpose="quotes_in_prep"),
    ),
    aims=(
        Aim(
            day=-17,
            title="A Monday huddle that ends with a real question",
            description="Short, and it ends with one question to which I do not know the answer.",
            category="skills",
            priority=4,
            by=22,
            stations=(
                Station(title="A conversation with Colette, just the two of us", reached=-10),
                Station(title="One huddle in which somebody else answers", reached=-4),
                Station(title="Four Mondays without his hand gestures", due=22),
            ),
            steps=(
                Step(day=-10, value=30, note="The fourth question that she practised was a real one"),
                Step(day=-4, value=50, note="A student nurse answered and nobody cut in"),
            ),
        ),
        Aim(
            day=-4,
            title="Evenings without the ward",
            description="What I would tell a ward sister who answers at eleven at night, told to myself.",
            steps=(Step(day=-4, value=10, note="The sentence is written down, and still unsent"),),
        ),
    ),
    promises=(
        Promise(day=-4, text="Decide what becomes of the sentence in the notebook", due=2),
        Promise(
            day=-17,
            text="Come back to how she sleeps before Mondays",
            promised_by="coach",
            settled=-4,
        ),
    ),
)

_RUTH = Way(
    answers=(
        Answer(day=-75, purpose="record", given=False),
        Answer(day=-75, purpose="ai_processing"),
        Answer(day=-66, purpose="hours_log", method="email"),
        Answer(day=-19, purpose="ai_processing", given=False),
    ),
    aims=(
        Aim(
            day=-75,
            title="Decide what comes after the second violins",
            description="Before the season ends, and not a day sooner than it is ready.",
            category="career",
            priority=5,
            by=60,
            stations=(
                Station(title="Hear the orchestra from the hall", reached=-29),
                Station(title="The letter, in her own words", reached=-9),
                Station(title="The orchestra's answer", due=0),
            ),
            steps=(
                Step(day=-29, value=45, note="Row F: nobody in the hall would know, and she did not mind"),
                Step(day=-19, value=40, note="“When you retire”, said in passing. Grief, not direction"),
                Step(day=-9, value=80, note="The letter asks; it does not apologise"),
            ),
        ),
    ),
    promises=(
        Promise(
            day=-9,
            text="Sort out the ninth session with her, kindly",
            promised_by="coach",
            due=0,
        ),
    ),
)

_JONAS = Way(
    answers=(Answer(day=-60, purpose="record"), Answer(day=-60, purpose="ai_processing", given=False)),
    aims=(
        Aim(
            day=-60,
            title="Say the hard thing to Philipp while it is small",
            category="growth",
            stations=(Station(title="Tell it from Philipp's side", reached=-35),),
            steps=(
                Step(day=-35, value=30, note="The version in which Philipp is the reasonable one"),
                Step(day=-18, value=70, note="“I've been deciding without you since spring.” “I know.”"),
            ),
            resting=-18,
        ),
    ),
    promises=(
        Promise(
            day=-35,
            text="Ask Philipp one question that is not about the company",
            settled=-18,
            dropped=True,
        ),
        Promise(
            day=-18,
            text="One light line, if nothing has come from him in two months",
            promised_by="coach",
            due=24,
        ),
    ),
)

WAYS: Mapping[str, Way] = {
    "tomas@brasa.example.com": _TOMAS,
    "client@demo.local": _ADAEZE,
    "ruth.abelson@example.com": _RUTH,
    "jonas@weidner.example.com": _JONAS,
}
"""By e-mail address. Mei has not been asked anything yet: her intake is tomorrow."""
