"""Send somebody on an errand: the row, the ring and the word to open pages, in one transaction."""

from typing import Any

from coaching.models import CoachingSession, Transcript
from companion.actions import errands, told
from companion.api import events
from companion.models import Errand
from companion.scheduling import queue


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
