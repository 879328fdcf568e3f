"""What the companion adds to a session's page and to a client's."""

from collections.abc import Mapping
from typing import Any

from coaching.accounts.http import CoachRequest
from coaching.models import Client, CoachingSession
from companion.api import events
from companion.api.analyses import Section, section_of
from companion.models import Claim, SessionIntelligence
from journeyloop.flags import analysis_is_on, companion_is_on
from journeyloop.tenancy.readings import Reading, Tally, read, slot


def stream_of(request: CoachRequest, session: CoachingSession) -> Mapping[str, Any] | None:
    """Let the page hear of work on its session; asked before the page reads what it shows."""
    if not companion_is_on():
        return None
    return {"last_event": events.last_number(request.coach.pk), "coach": request.coach.pk}


def debriefs_of(request: CoachRequest, client: Client) -> Mapping[str, Any] | None:
    """Say on a client's page what waits in the debriefs; nothing before the first analysis."""
    if not companion_is_on():
        return None
    newest, (waiting,) = read(_NEWEST(client=client.pk), _WAITING(client=client.pk))
    if not newest:
        return None
    return {"client": client, "newest": newest[0].session, "left": waiting}


def analysis_of(request: CoachRequest, session: CoachingSession) -> Section | None:
    """Show how the session's analysis stands."""
    return section_of(request, session) if analysis_is_on() else None


_NEWEST = Reading(lambda: SessionIntelligence.objects.of_client(slot("client"))[:1])
_WAITING = Tally(lambda: Claim.objects.of_client(slot("client")).open().values("pk"))
