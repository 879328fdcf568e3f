"""Send somebody on an errand: the row, the ring and the word to open pages, in one transaction."""

from typing import Any

from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import CoachingSession, Speaker, Transcript
from companion.actions import errands, told
from companion.api import events
from companion.models import Errand
from companion.scheduling import queue
from journeyloop.flags import analysis_is_on


def send(kind: Errand.Kind, **about: Any) -> Errand:
    """Queue an errand (`actions.errands.queue_errand` says what about) and ring once it is committed."""
    errand = errands.queue_errand(kind=kind, **about)
    queue.ring(errand.pk)
    events.tell(errand.coach_id, [told.of_errand(errand)])
    return errand


def ask_to_read(transcript: Transcript) -> Errand:
    """Have a transcript read."""
    return send(
        Errand.Kind.READ_TRANSCRIPT,
        about=transcript,
        client=transcript.client,
        session=transcript.session,
        transcript=transcript,
    )


def ask_to_analyse(session: CoachingSession) -> Errand:
    """Have a session analysed."""
    return send(Errand.Kind.ANALYSE_SESSION, about=session, client=session.client, session=session)


def analyse_when_read(transcript: Transcript) -> Errand | None:
    """
    Have a session analysed as soon as its words are there, so that nobody waits for it at the debrief.

    Only where the client agreed to AI reading them, which was asked for just this, and only when it is clear
    who spoke: promises told of the wrong person cost more than a press of the button. None when it waits.
    """
    if (
        not analysis_is_on()
        or not consents.stands(client=transcript.client, purpose=Purpose.AI_PROCESSING)
        or not _is_told_apart(transcript)
    ):
        return None
    return ask_to_analyse(transcript.session)


def _is_told_apart(transcript: Transcript) -> bool:
    roles = set(Speaker.objects.filter(transcript=transcript).values_list("role", flat=True))
    return {Speaker.Role.COACH, Speaker.Role.CLIENT} <= roles and Speaker.Role.UNKNOWN not in roles
