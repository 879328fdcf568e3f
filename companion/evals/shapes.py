"""What a scenario is made of. Plain data; the checks read only `records`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from companion.evals.records import Record

Dimension = Literal["warm", "efficient", "error-free", "accessible"]
DIMENSIONS: tuple[Dimension, ...] = ("warm", "efficient", "error-free", "accessible")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be; a fault fails the run, a blemish only costs a point."""

    dimension: Dimension
    what: str
    is_fault: bool = True


Check = Callable[[Record], Iterable[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A session, `days` from today; `talk` holds its words as a file brings them: lines of "Name: text"."""

    days: int
    title: str = ""
    note: str = ""
    talk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A client. Where there is talk, they have agreed to all that it needs."""

    name: str
    goal: str
    note: str = ""
    meetings: tuple[Meeting, ...] = ()


@dataclass(frozen=True, slots=True)
class Say:
    """The coach says something and reads the answer; with `quiet` that answer must ask nothing."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmCards:
    """The coach confirms every card about the companion's personality that waits."""


@dataclass(frozen=True, slots=True)
class Analyse:
    """The coach has the session analysed that this client's words are from."""

    client: str


@dataclass(frozen=True, slots=True)
class Accept:
    """The coach lets claims stand: those of these kinds, at most so many; everything where none is named."""

    kinds: tuple[str, ...] = ()
    most: int = 100


Step = Say | ConfirmCards | Analyse | Accept


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One evaluation."""

    key: str
    title: str
    aim: str
    """What it is for, in a sentence."""
    coach: str
    layers: Mapping[str, str] = field(default_factory=dict)
    """What the companion knows already; with none it has not met the coach."""
    people: tuple[Person, ...] = ()
    steps: tuple[Step, ...]
    checks: tuple[Check, ...] = ()
    """What must hold here beside what must hold everywhere."""
    most_words: int = 120
    """Of one answer; the standing instructions say as much."""
