"""The companion's page: the conversation beside its two panels."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import provisioning
from companion.api import events, threads
from companion.api.views.panels import panel_context
from companion.engine import bootstrap as rules
from companion.models import BootstrapTopic, CompanionState, Notification
from journeyloop.ids import uuid7

OPENINGS = (
    "What is coming up this week?",
    "Whom have I not seen for a while?",
    "Help me prepare my next session.",
)
"""First messages to begin with, for a coach who does not know what to ask."""
NOTICES = 20
"""Waiting notices that a page takes at once."""


@require_safe
@never_cache
@coach_required
def companion(request: CoachRequest) -> HttpResponse:
    """Show the conversation and the panels; the first visit gives the coach their companion."""
    return show(request)


def show(request: CoachRequest, *, draft: str = "", error: str = "", status: int = 200) -> HttpResponse:
    """Render the whole page, with a message that could not be sent still in its field."""
    # First: what happens while the rest is read then arrives as an event.
    last_event = events.last_number(request.coach.pk)
    context = {
        **head_context(request),
        "last_event": last_event,
        "page": threads.newest(before=older_than(request)),
        "main_panel": panel_context(request.coach, "main"),
        "secondary_panel": panel_context(request.coach, "secondary"),
        "draft": draft,
        "composer_error": error,
        "request_key": uuid7().hex,
        "openings": OPENINGS,
    }
    return TemplateResponse(request, "companion/page.html", context, status=status)


@require_safe
@never_cache
@coach_required
def head(request: CoachRequest) -> HttpResponse:
    """Show the line above the conversation: how far bootstrap is, and the notices that were kept."""
    return TemplateResponse(request, "companion/partials/head.html", head_context(request))


def head_context(request: CoachRequest) -> dict[str, Any]:
    """Read what stands above the conversation; a coach without a companion is given one."""
    state = CompanionState.objects.first()
    if state is None:
        provisioning.provision(coach=request.coach)
        state = CompanionState.objects.get()
    notices = list(Notification.objects.waiting()[:NOTICES])
    is_running = state.bootstrap_status != CompanionState.Bootstrap.COMPLETE
    return {
        "state": state,
        "bootstrap": _bootstrap_context() if is_running else None,
        "kept_notices": [notice for notice in notices if notice.is_kept],
        "new_notices": [notice for notice in reversed(notices) if not notice.is_kept],
        "is_offline": is_offline(),
    }


def _bootstrap_context() -> dict[str, Any]:
    states = rules.in_order(
        rules.TopicState(key=topic.key, status=topic.status, quote=topic.quote)  # type: ignore[arg-type]
        for topic in BootstrapTopic.objects.all()
    )
    settled = [state for state in states if state.status in {"answered", "skipped"}]
    return {"settled": len(settled), "total": len(states), "topic": rules.next_topic(states)}


def is_offline() -> bool:
    """Whether the model that ships with the product answers."""
    return settings.COMPANION_MODEL == "offline" or not (
        settings.COMPANION_MODEL or settings.ANTHROPIC_API_KEY
    )


def older_than(request: HttpRequest) -> int | None:
    """Read `?before=`; anything that is no number is no limit."""
    asked = request.GET.get("before", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
