"""What an analysis is made from. Pure."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["coach", "client", "other"]
"""`other` = somebody else in the room, or a speaker whom nobody has named yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing that one speaker said. Times are milliseconds from the beginning, None where unknown."""

    number: int
    role: Role
    text: str
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal of the client. `ref` is how the model names it."""

    ref: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLoop:
    """A pattern that an earlier session of this client showed."""

    ref: str
    trigger: str
    behaviour: str
    payoff: str
    seen: tuple[str, ...]
    """The sessions, oldest first, in words: `3 March 2026`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One session, and what was known before it."""

    utterances: tuple[Utterance, ...]
    """In the order of their numbers."""
    client_name: str
    coach_name: str
    goals: tuple[Goal, ...] = ()
    loops: tuple[KnownLoop, ...] = ()
    known: tuple[str, ...] = ()
    """Further texts whose names, numbers and dates a claim may use: the session's title, the speakers."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Every text that is true of the session whatever was said in it."""
        goals = (goal.title for goal in self.goals)
        return (self.client_name, self.coach_name, *self.known, *goals)
