"""What several views answer with: turns for a page that is open, and word to the coach's other tabs."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from coaching.accounts.http import CoachRequest
from companion.actions import told
from companion.api import events
from companion.api.threads import TurnCard
from companion.models import Notification, Turn


def turns_response(request: CoachRequest, *cards: TurnCard, status: int = 200) -> HttpResponse:
    """Answer with these turns; without script, with the conversation where the last of them stands."""
    if not request.htmx:
        return redirect(reverse("companion") + (f"#turn-{cards[-1].turn.pk}" if cards else ""))
    return TemplateResponse(request, "companion/partials/turns.html", {"cards": cards}, status=status)


def tell(request: CoachRequest, what: told.Told) -> None:
    """Let the coach's open pages hear of a change."""
    events.tell(request.coach.pk, [what])


def tell_turn(request: CoachRequest, turn: Turn) -> None:
    """Let the coach's other tabs follow a change of a turn."""
    tell(request, told.of_turn(turn))


def tell_notice(request: CoachRequest, notification: Notification) -> None:
    """Let the coach's other tabs follow what became of a notice."""
    tell(request, told.of_notice(notification, version=2))
