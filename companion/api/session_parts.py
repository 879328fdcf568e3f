"""What the companion adds to a session's page."""

from collections.abc import Mapping
from typing import Any

from coaching.accounts.http import CoachRequest
from coaching.models import CoachingSession
from companion.api import events
from journeyloop.flags import companion_is_on


def stream_of(request: CoachRequest, session: CoachingSession) -> Mapping[str, Any] | None:
    """Let the page hear of work on its session; asked before the page reads what it shows."""
    if not companion_is_on():
        return None
    return {"last_event": events.last_number(request.coach.pk), "coach": request.coach.pk}
