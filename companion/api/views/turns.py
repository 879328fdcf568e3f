"""One turn in its present state, and what the coach may do about it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import turns
from companion.api import threads
from companion.api.views.fragments import tell_turn, turns_response
from companion.api.views.inputs import whole_number
from companion.models import Turn
from companion.scheduling import queue


@require_safe
@never_cache
@coach_required
def turn(request: CoachRequest, turn_id: UUID) -> HttpResponse:
    """Show a turn as it stands now."""
    found = get_object_or_404(Turn.objects.all(), pk=turn_id)
    return turns_response(request, threads.one(found))


@require_POST
@coach_required
def cancel(request: CoachRequest, turn_id: UUID) -> HttpResponse:
    """Stop an answer. One that is finished by now stays, and is shown."""
    found = get_object_or_404(Turn.objects.all(), pk=turn_id)
    if turns.cancel(turn=found, now=timezone.now()):
        tell_turn(request, found)
    return turns_response(request, threads.one(found))


@require_POST
@coach_required
def retry(request: CoachRequest, turn_id: UUID) -> HttpResponse:
    """Ask for an answer again. What cannot be asked again stays, and is shown."""
    found = get_object_or_404(Turn.objects.all(), pk=turn_id)
    if turns.retry(turn=found):
        tell_turn(request, found)
        queue.ring(found.pk)
    return turns_response(request, threads.one(found))


@require_safe
@never_cache
@coach_required
def history(request: CoachRequest) -> HttpResponse:
    """Show the turns before a number, or the newest: what a page fetches that missed something."""
    page = threads.newest(before=whole_number(request.GET.get("before", "")))
    return TemplateResponse(request, "companion/partials/history.html", {"page": page})
