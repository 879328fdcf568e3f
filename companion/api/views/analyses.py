"""A session's analysis: asked for, followed, stopped, forgotten; and the two ways side by side."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import consents
from coaching.actions.consents import NoConsentError
from coaching.consents import Purpose
from coaching.models import CoachingSession, Transcript
from coaching.views import consent_parts
from companion.actions import comparisons, errands, forgetting, told
from companion.api import events
from companion.api.analyses import section_of
from companion.api.errands import ask_to_analyse
from companion.models import Errand


@require_GET
@coach_required
def section(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Show how a session's analysis stands."""
    return _show(request, _session(session_id))


@require_POST
@coach_required
def analyse(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Have a session analysed, once its client has agreed to it."""
    session = _session(session_id)
    if not Transcript.objects.of_session(session).read().exists():
        raise Http404("there is nothing to analyse")
    try:
        consents.require(client=session.client, purpose=Purpose.AI_PROCESSING)
    except NoConsentError as refusal:
        return consent_parts.refuse(request, session.client, refusal)
    ask_to_analyse(session)
    return _show(request, session)


@require_POST
@coach_required
def stop(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Stop an analysis that waits or runs; one that is over stays as it is."""
    session = _session(session_id)
    for errand in Errand.objects.analyses_of(session).unfinished():
        errands.cancel(errand=errand, now=timezone.now())
        events.tell(request.coach.pk, [told.of_errand(errand)])
    return _show(request, session)


@require_POST
@coach_required
def forget(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Delete what was made out of a session's words; the words stay."""
    session = _session(session_id)
    forgetting.forget_session(session=session)
    return _show(request, session)


@require_GET
@coach_required
def comparison(request: CoachRequest) -> HttpResponse:
    """Show the old way and the new way side by side, in figures."""
    each = comparisons.sessions()
    context = {"each": each, "count": len(each), "whole": comparisons.whole(each)}
    return TemplateResponse(request, "companion/comparison.html", context)


def _session(session_id: UUID) -> CoachingSession:
    return get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)


def _show(request: CoachRequest, session: CoachingSession) -> HttpResponse:
    page = reverse("session-detail", args=[session.pk])
    if not request.htmx:
        return redirect(f"{page}#analysis")
    part = section_of(request, session, back=page)
    context = {"part": part, "now": timezone.now()}
    return TemplateResponse(request, "companion/partials/analysis.html", context)
