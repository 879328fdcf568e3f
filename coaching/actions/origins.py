"""Where a goal, a step or a promise comes from, when it was accepted from a session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coaching.models import CoachingSession, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A session, and the utterances that speak for it."""

    session: CoachingSession
    evidence: Sequence[UUID] = ()


def columns(origin: Origin | None, session: CoachingSession | None = None) -> dict[str, Any]:
    """Say what the row keeps: the origin, or merely the session in which a coach wrote it down."""
    if origin is None:
        return {"source": Source.COACH, "session": session}
    return {"source": Source.SESSION, "session": origin.session, "evidence": list(origin.evidence)}
