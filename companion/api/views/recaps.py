"""The recap of a session for its client: written by the coach with help, shown as the client would see it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.models import CoachingSession
from companion.actions import recaps
from companion.actions.recaps import RecapError
from companion.models import SessionRecap


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@coach_required
def recap(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Write a session's recap, look at it as the client would, and keep it."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    kept = SessionRecap.objects.filter(session=session).first()
    if request.method != "POST":
        text = kept.text if kept and "anew" not in request.GET else _first_draft(request, session)
        return _page(request, session, kept, text)
    text, problem = request.POST.get("text", ""), ""
    if "preview" in request.POST:
        return _page(request, session, kept, text)
    try:
        recaps.keep(session=session, text=text, by=request.user, now=timezone.now())
    except RecapError as error:
        problem = str(error)
        return _page(request, session, kept, text, problem=problem)
    messages.success(request, "The recap is kept. Nothing was sent.")
    return redirect("recap", session.pk)


def _first_draft(request: CoachRequest, session: CoachingSession) -> str:
    held = timezone.localtime(session.starts_at)
    day = f"{held.day} {held:%B}"
    return recaps.compose(session=session, day=day, coach_name=request.user.name)


def _page(
    request: CoachRequest,
    session: CoachingSession,
    kept: SessionRecap | None,
    text: str,
    *,
    problem: str = "",
) -> HttpResponse:
    context = {
        "session": session,
        "client": session.client,
        "kept": kept,
        "text": text,
        "problem": problem,
        "has_something": recaps.has_something(session),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "companion/recap.html", context, status=422 if problem else 200)
