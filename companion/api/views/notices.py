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
from companion.actions import contexts, notifications, personality
from companion.api.desk import Desk
from companion.api.views.fragments import tell_notice
from companion.api.views.page import head_context
from companion.api.views.panels import tell_panel
from companion.engine.tokens import OverBudgetError
from companion.models import Notification, PersonalityVersion


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


@require_POST
@coach_required
def undo(request: CoachRequest, notice_id: UUID) -> HttpResponse:
    """Take back the change that a notice tells of, unless something newer stands on it."""
    found = get_object_or_404(Notification.objects.exclude(undo_version=None), pk=notice_id)
    version = get_object_or_404(
        PersonalityVersion.objects.select_related("personality"), pk=found.undo_version
    )
    try:
        personality.undo_version(version=version, by=request.user)
        words = f"Taken back: “{version.personality.get_layer_display()}” reads as it did before."
    except personality.StaleLayerError:
        words = (
            "This was changed again since, so nothing was taken back. Earlier texts are on the Layers page."
        )
    except OverBudgetError as error:
        words = f"The earlier text does not fit any more: {error}"
    notifications.dismiss(notification=found, now=timezone.now())
    tell_notice(request, notifications.notify(text=words))
    contexts.touch("main")
    tell_panel(request, "main")
    return _changed(request, found)


def _changed(request: CoachRequest, changed: Notification) -> HttpResponse:
    tell_notice(request, changed)
    if not request.htmx:
        return redirect("companion")
    return TemplateResponse(request, "companion/partials/head.html", head_context(Desk(request.coach)))
