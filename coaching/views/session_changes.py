"""What a coach says about a session: it was held, it was not, it is off, it is on again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import sessions
from coaching.forms.sessions import CancelForm
from coaching.models import CoachingSession
from coaching.views.session_pages import refuse

NOT_BEGUN = "This session has not begun yet. It can be moved or cancelled."


@require_POST
@coach_required
def session_complete(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Mark a session as held."""
    session = _session(session_id)
    try:
        sessions.complete_session(session=session, by=request.user, now=timezone.now())
    except sessions.SessionNotBegunError:
        return refuse(request, session, NOT_BEGUN)
    except sessions.SessionSettledError:
        return refuse(request, session)
    words, is_over = _package_words(session)
    _tell(request, session, words, level=messages.WARNING if is_over else messages.SUCCESS)
    return redirect("session-detail", session.pk)


@require_POST
@coach_required
def session_missed(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Mark a session as not held."""
    session = _session(session_id)
    try:
        sessions.miss_session(session=session, by=request.user, now=timezone.now())
    except sessions.SessionNotBegunError:
        return refuse(request, session, NOT_BEGUN)
    except sessions.SessionSettledError:
        return refuse(request, session)
    _tell(request, session, "Marked as not held. The package stays as it is.")
    return redirect("session-detail", session.pk)


@require_http_methods(["GET", "POST"])
@coach_required
def session_cancel(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Ask for a reason, if there is one to give, and call the session off."""
    session = _session(session_id)
    form = CancelForm(request.POST or None)
    if not session.is_planned:
        return refuse(request, session)
    if request.method == "GET" or not form.is_valid():
        context = {"session": session, "form": form, "now": timezone.now()}
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "coaching/session_cancel.html", context, status=status)
    reason = form.cleaned_data["reason"]
    try:
        sessions.cancel_session(session=session, reason=reason, by=request.user, now=timezone.now())
    except sessions.SessionSettledError:
        return refuse(request, session)
    _tell(request, session, f"The session with {session.client.name} is cancelled.")
    return redirect("session-detail", session.pk)


@require_POST
@coach_required
def session_reopen(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Take back what was said about a session."""
    session = _session(session_id)
    try:
        sessions.reopen_session(session=session, by=request.user)
    except sessions.SessionNotSettledError:
        return refuse(request, session, "This session is planned; there is nothing to take back.")
    messages.success(request, "The session is planned again.")
    return redirect("session-detail", session.pk)


def _session(session_id: UUID) -> CoachingSession:
    return get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)


def _tell(request: CoachRequest, session: CoachingSession, words: str, level: int = messages.SUCCESS) -> None:
    """Say what was done, with an undo button."""
    messages.add_message(request, level, words, extra_tags=reverse("session-reopen", args=[session.pk]))


def _package_words(session: CoachingSession) -> tuple[str, bool]:
    """Say how much of the package is used, and whether that is more than it holds."""
    client = session.client
    if client.total_sessions is None:
        return "Completed.", False
    held = CoachingSession.objects.filter(client=client, status=CoachingSession.Status.COMPLETED).count()
    if held > client.total_sessions:
        return f"Completed. That is session {held} of a package of {client.total_sessions}.", True
    return f"Completed. {held} of {client.total_sessions} sessions used.", False
