"""Plain examples for the engine's tests, each a whole and ordinary thing that a test changes one part of."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from companion.engine.bootstrap import Bootstrap, TopicState, fresh, in_order
from companion.engine.capabilities import Rights, Taint
from companion.engine.memory import Fact
from companion.engine.personality import Layer
from companion.engine.prompt_assembler import (
    ClientLine,
    MemoryContext,
    NoteContext,
    PastTurn,
    Prompt,
    SessionLine,
    TurnContext,
    assemble,
    render_memory,
    render_note,
)

MAYA = UUID("01890000-0000-7000-8000-0000aaaa0001")
TOM = UUID("01890000-0000-7000-8000-0000bbbb0002")
SESSION = UUID("01890000-0000-7000-8000-0000cccc0003")
MORNING = datetime(2026, 3, 12, 9, 5, tzinfo=ZoneInfo("Europe/London"))
TODAY = date(2026, 3, 12)

NEW = Rights(unlocked=False, bootstrap=True, taint=Taint.COACH)
OPEN = Rights(unlocked=True, bootstrap=False, taint=Taint.COACH)


def fact(statement: str = "Maya has a sister in Leeds.", **changes: object) -> Fact:
    given: dict[str, object] = {
        "id": "f1",
        "statement": statement,
        "quote": "my sister in Leeds",
        "source": "conversation, 3 March",
        "said_by": "coach",
        "observed_on": date(2026, 3, 3),
        "importance": 3,
        "taint": Taint.COACH,
    }
    return Fact(**(given | changes))  # type: ignore[arg-type]


def asked(states: Iterable[TopicState], key: str) -> tuple[TopicState, ...]:
    """Put the question of one topic."""
    return tuple(replace(state, status="asked") if state.key == key else state for state in in_order(states))


def practice() -> MemoryContext:
    return MemoryContext(
        coach_name="Ada Marsh",
        clients=(
            ClientLine(
                id=MAYA,
                name="Maya Lindqvist",
                status="active",
                pronouns="she/her",
                goal="Lead without carrying everything herself",
                last_session="Thursday 5 March, 10:00",
                next_session="Thursday 12 March, 10:00",
            ),
            ClientLine(id=TOM, name="Tom Okafor", status="active"),
        ),
        sessions=(SessionLine(id=SESSION, client_name="Maya Lindqvist", starts="Thursday 12 March, 10:00"),),
    )


def note(**changes: object) -> str:
    given: dict[str, object] = {"local_time": MORNING, "zone": "Europe/London"}
    return render_note(NoteContext(**(given | changes)))  # type: ignore[arg-type]


def turn(message: str = "How is Maya?", **changes: object) -> TurnContext:
    given: dict[str, object] = {
        "layers": (Layer(name="identity", text="I am Juno."), Layer(name="soul", text="I listen first.")),
        "rights": OPEN,
        "memory": render_memory(practice()),
        "message": message,
        "note": note(),
    }
    return TurnContext(**(given | changes))  # type: ignore[arg-type]


def past(message: str, reply: str) -> PastTurn:
    return PastTurn(message=message, note=note(), reply=reply)


def first_turn(message: str = "hello") -> TurnContext:
    """The first message of a coach who has just signed up."""
    return turn(
        message,
        layers=(),
        rights=NEW,
        memory=render_memory(MemoryContext(coach_name="Ada Marsh")),
        note=note(bootstrap=Bootstrap(topics=fresh())),
    )


def prompt(message: str = "How is Maya?", **changes: object) -> Prompt:
    return assemble(turn(message, **changes))
