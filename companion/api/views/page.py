"""The companion's page: the conversation beside its two panels."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.api import events, panels, threads
from companion.api.desk import Desk
from companion.api.views.inputs import whole_number
from companion.engine import bootstrap as rules
from companion.models import Notification
from companion.scheduling.model_choice import OFFLINE, model_name
from journeyloop.ids import uuid7
from journeyloop.tenancy.readings import Reading, read

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
    desk, now = Desk(request.coach), timezone.now()
    context = {
        **_head_context(desk),
        "last_event": last_event,
        "page": threads.newest(before=whole_number(request.GET.get("before", ""))),
        "main_panel": panels.panel(desk, "main", now=now),
        "secondary_panel": panels.panel(desk, "secondary", now=now),
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
    return head_response(request)


def head_response(request: CoachRequest) -> HttpResponse:
    """Answer with that line as it is now."""
    return TemplateResponse(request, "companion/partials/head.html", _head_context(Desk(request.coach)))


def _head_context(desk: Desk) -> dict[str, Any]:
    """Read what stands above the conversation."""
    (notices,) = read(_NOTICES())
    return {
        "state": desk.state,
        "bootstrap": _bootstrap_context(desk.situation.topics) if desk.is_running else None,
        "kept_notices": [notice for notice in notices if notice.is_kept],
        "new_notices": [notice for notice in reversed(notices) if not notice.is_kept],
        "is_offline": model_name() == OFFLINE,
    }


_NOTICES = Reading(lambda: Notification.objects.waiting()[:NOTICES])


def _bootstrap_context(topics: Sequence[rules.TopicState]) -> dict[str, Any]:
    settled = sum(topic.status in {"answered", "skipped"} for topic in topics)
    return {"settled": settled, "total": len(topics), "topic": rules.next_topic(topics)}
