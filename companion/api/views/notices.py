"""Short notices: shown for a while, kept in a list, or put away."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import notifications
from companion.api.views.fragments import tell_notice
from companion.api.views.page import head_response
from companion.models import Notification


@require_safe
@never_cache
@coach_required
def notice(request: CoachRequest, notice_id: UUID) -> HttpResponse:
    """Show a notice that still waits; nothing for one that was kept or put away."""
    found = get_object_or_404(Notification.objects.all(), pk=notice_id)
    if found.is_kept or found.dismissed_at:
        return HttpResponse(status=204)
    return TemplateResponse(request, "companion/partials/notice.html", {"notice": found})


@require_POST
@coach_required
def keep(request: CoachRequest, notice_id: UUID) -> HttpResponse:
    """Put a notice on the list above the conversation."""
    found = get_object_or_404(Notification.objects.all(), pk=notice_id)
    notifications.keep(notification=found)
    return _changed(request, found)


@require_POST
@coach_required
def dismiss(request: CoachRequest, notice_id: UUID) -> HttpResponse:
    """Put a notice away for good."""
    found = get_object_or_404(Notification.objects.all(), pk=notice_id)
    notifications.dismiss(notification=found, now=timezone.now())
    return _changed(request, found)


def _changed(request: CoachRequest, changed: Notification) -> HttpResponse:
    tell_notice(request, changed)
    return head_response(request) if request.htmx else redirect("companion")
