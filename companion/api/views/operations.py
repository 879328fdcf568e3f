"""The operators' pages: is it well, what failed, run it again, who did what."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from coaching.accounts.decorators import operator_required
from coaching.accounts.http import UserRequest
from companion.actions import reruns, told
from companion.api import events
from companion.api.operations import deeds, failures, overview
from companion.models import Turn
from companion.scheduling import queue
from journeyloop.tenancy import tenant

AT_ONCE = 100
"""Turns of one kind that are run again by one click."""


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@operator_required
def operations(request: UserRequest) -> HttpResponse:
    """Say whether all is well, then everything that this rests on; to htmx the figures alone."""
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = overview.look(now=now, midnight=midnight)
    template = "companion/operations.html" + ("#figures" if request.htmx else "")
    return TemplateResponse(request, template, {"now": now, "overview": found})


@require_safe
@never_cache
@operator_required
def failed(request: UserRequest, code: str) -> HttpResponse:
    """List the newest turns that failed with one code."""
    found = failures.of_kind(code)
    context = {
        "now": timezone.now(),
        "code": code,
        "meaning": failures.MEANINGS.get(code, ""),
        "turns": found,
        "can_run_again": sum(each.can_run_again for each in found),
        "days": failures.DAYS,
    }
    return TemplateResponse(request, "companion/operations_failed.html", context)


@require_safe
@never_cache
@operator_required
def turn(request: UserRequest, turn_id: UUID) -> HttpResponse:
    """Show one turn: ids, times, attempts and codes, and nobody's words."""
    facts = _facts(turn_id)
    context = {"now": timezone.now(), "turn": facts, "calls": failures.calls(facts)}
    return TemplateResponse(request, "companion/operations_turn.html", context)


@require_POST
@operator_required
def run_again(request: UserRequest, turn_id: UUID) -> HttpResponse:
    """Queue a failed turn again."""
    if _run_again(request, _facts(turn_id)):
        messages.success(request, "The turn waits for a worker again.")
    else:
        messages.warning(request, "It cannot be run again: it has not failed, or the coach went on since.")
    return redirect("operations:turn", turn_id)


@require_POST
@operator_required
def run_all_again(request: UserRequest, code: str) -> HttpResponse:
    """Queue the turns again that failed with this code and that nothing has followed."""
    waiting = [facts for facts in failures.of_kind(code, limit=AT_ONCE) if facts.can_run_again]
    count = sum(_run_again(request, facts) for facts in waiting)
    if count:
        words = "1 turn waits" if count == 1 else f"{count} turns wait"
        messages.success(request, f"{words} for a worker again.")
    else:
        messages.warning(request, "None of these can be run again: their coaches went on since.")
    return redirect("operations:overview")


@require_safe
@never_cache
@operator_required
def audit(request: UserRequest) -> HttpResponse:
    """List what was done, newest first: kinds, ids and times."""
    about = request.GET.get("about", "").strip()
    before, who = _uuid(request.GET.get("before", "")), _uuid(about)
    page = deeds.newest(before=before, about=who) if who or not about else deeds.Deeds([], None)
    context = {"now": timezone.now(), "page": page, "about": about, "is_id": bool(who or not about)}
    return TemplateResponse(request, "companion/operations_audit.html", context)


def _facts(turn_id: UUID) -> failures.TurnFacts:
    facts = failures.turn(turn_id)
    if facts is None:
        raise Http404
    return facts


def _run_again(request: UserRequest, facts: failures.TurnFacts) -> bool:
    """Open the practice that the turn belongs to for this one deed."""
    with tenant(facts.coach_id):
        found: Turn = Turn.objects.get(pk=facts.id)
        try:
            reruns.run_again(turn=found, by=request.user)
        except reruns.NotAgainError:
            return False
        events.tell(facts.coach_id, [told.of_turn(found)])
        queue.ring(found.pk)
    return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
