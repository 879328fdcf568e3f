"""The shape of the demo's people."""

from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["planned", "completed", "cancelled", "missed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session, and the note that Maya wrote after it."""

    day: int
    at: str
    minutes: int = 60
    outcome: Outcome = "completed"
    title: str = ""
    intake: bool = False
    reason: str = ""
    note: str = ""
    talk: str = ""
    """Name of what was said, in coaching/demo/talks/."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One client."""

    name: str
    email: str
    pronouns: str
    time_zone: str
    goal: str
    status: str = "active"
    package: int | None = None
    note: str = ""
    """A note about the person rather than about a session."""
    meetings: tuple[Meeting, ...] = field(default=())
