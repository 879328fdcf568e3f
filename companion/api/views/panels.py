"""The two panels beside the conversation: shown, turned to something else, and what can be done in them."""

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.models import CoachingProfile
from companion.actions import contexts, forgotten_facts, provisioning, told
from companion.actions.contexts import NothingToShowError, PanelName
from companion.actions.told import PANEL_EVENTS
from companion.api import panels
from companion.api.desk import Desk
from companion.api.views.fragments import tell
from companion.models import ClientKnowledge, CompanionMemory, PanelKind

TEMPLATE = "companion/partials/panels/panel.html"


def panel_context(coach: CoachingProfile, name: PanelName) -> panels.Panel:
    """Read one panel by itself."""
    return panels.panel(Desk(coach), name, now=timezone.now())


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@coach_required
def panel(request: CoachRequest, name: str) -> HttpResponse:
    """Show a panel: as a fragment to a page, as `{"html"}` to a program."""
    context = {"panel": panel_context(request.coach, _named(name))}
    if request.htmx:
        return TemplateResponse(request, TEMPLATE, context)
    return JsonResponse({"html": render_to_string(TEMPLATE, context, request)})


@require_POST
@coach_required
def show(request: CoachRequest, name: str) -> HttpResponse:
    """Turn a panel to something else."""
    panel_name, kind = _named(name), request.POST.get("kind", "")
    if kind not in PanelKind.values:
        raise Http404
    provisioning.provision(coach=request.coach)
    try:
        contexts.show(panel=panel_name, kind=PanelKind(kind), object_id=_object(request))
    except NothingToShowError as error:
        raise Http404 from error
    return _changed(request, panel_name)


@require_POST
@coach_required
def forget(request: CoachRequest, fact_id: UUID) -> HttpResponse:
    """Remove a fact and what it had replaced, or all that came from its source, for good."""
    fact = CompanionMemory.objects.filter(pk=fact_id).first()
    fact = fact or ClientKnowledge.objects.filter(pk=fact_id).first()
    if fact is None:
        raise Http404
    if request.POST.get("extent") == "source" and fact.source_id:
        forgotten_facts.forget_source(source_id=fact.source_id)
    else:
        forgotten_facts.forget_fact(fact=fact)
    name = _named(request.POST.get("panel", "secondary"))
    contexts.touch(name)
    return _changed(request, name)


def tell_panels(request: CoachRequest) -> None:
    """Let open pages fetch both panels again: what they show has changed."""
    for name in PANEL_EVENTS:
        contexts.touch(name)
        tell(request, told.of_panel(name))


def _changed(request: CoachRequest, name: PanelName) -> HttpResponse:
    context = {"panel": panel_context(request.coach, name)}
    tell(request, told.of_panel(name))
    if not request.htmx:
        return redirect("companion")
    return TemplateResponse(request, TEMPLATE, context)


def _named(name: str) -> PanelName:
    if name not in PANEL_EVENTS:
        raise Http404
    return name


def _object(request: CoachRequest) -> UUID | None:
    try:
        return UUID(request.POST["object"]) if request.POST.get("object") else None
    except ValueError as error:
        raise Http404 from error
