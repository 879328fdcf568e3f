"""A session's page, as it is shown alone and when something was refused."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from coaching import slots
from coaching.accounts.http import CoachRequest
from coaching.forms.notes import NoteForm
from coaching.models import CoachingSession, Note
from coaching.views.commitments import OF_SESSION, commitment_parts
from coaching.views.transcript_parts import Section, section_of
from journeyloop.tenancy.readings import Reading, Tally, read, slot

_SETTLED: dict[str, str] = {
    CoachingSession.Status.COMPLETED: "This session is already marked as completed.",
    CoachingSession.Status.CANCELLED: "This session is already cancelled.",
    CoachingSession.Status.MISSED: "This session is already marked as not held.",
}


def detail_page(
    request: CoachRequest,
    session: CoachingSession,
    *,
    problem: str = "",
    transcript: Section | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a session with its notes and what can be done with it."""
    now = timezone.now()
    client = session.client
    # First of all: before anything that they may hear news of.
    parts = slots.parts_of("session-detail", request, session)
    (held,), notes, promised = read(
        _COMPLETED(client=client.pk),
        _NOTES(session=session.pk),
        OF_SESSION(session=session.pk),
    )
    context: dict[str, Any] = {
        "session": session,
        "client": client,
        "now": now,
        "has_begun": session.starts_at <= now,
        "held": held,
        "package_spent": client.total_sessions is not None and held >= client.total_sessions,
        "problem": problem,
        "parts": parts,
        "section": transcript or section_of(request, session, now=now),
        "notes": notes,
        "note_form": NoteForm(),
        **commitment_parts(client, promised),
    }
    return TemplateResponse(request, "coaching/session_detail.html", context, status=status)


def refuse(request: CoachRequest, session: CoachingSession, problem: str = "") -> HttpResponse:
    """Show the session as it is now, and why nothing was done: 409."""
    session.refresh_from_db()
    words = problem or _SETTLED.get(session.status, "This session is planned.")
    return detail_page(request, session, problem=words, status=409)


_COMPLETED = Tally(
    lambda: CoachingSession.objects.filter(
        client=slot("client"), status=CoachingSession.Status.COMPLETED
    ).values("pk")
)
_NOTES = Reading(
    lambda: Note.objects.filter(session=slot("session")).select_related("session").order_by("-created_at")
)
