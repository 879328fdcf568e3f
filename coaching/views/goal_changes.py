"""What becomes of a goal: further, resting, reached, taken up again, taken away."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import goals
from coaching.actions.goals import GoalStatusError
from coaching.forms.goals import ProgressForm
from coaching.models import Goal, User
from coaching.views.goals import detail_page, kept_goal


class Deed(Protocol):
    """Changes a goal's status, or raises GoalStatusError."""

    def __call__(self, *, goal: Goal, by: User, now: datetime) -> Goal: ...


@require_POST
@coach_required
def goal_progress(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Write down how far a goal has come."""
    goal, form = kept_goal(goal_id), ProgressForm(request.POST)
    if not form.is_valid():
        return detail_page(request, goal, progress_form=form, status=422)
    step = goals.note_progress(goal=goal, **form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, f"{step.before} to {step.value} percent, written down.")
    return redirect("goal-detail", goal.pk)


@require_POST
@coach_required
def goal_pause(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Let a goal rest."""
    return _change(request, goal_id, goals.pause_goal, "The goal rests until you take it up again.")


@require_POST
@coach_required
def goal_complete(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Call a goal reached."""
    return _change(request, goal_id, goals.complete_goal, "Reached. Well worth a moment in the next session.")


@require_POST
@coach_required
def goal_reopen(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Take a goal up again."""
    return _change(request, goal_id, goals.reopen_goal, "The goal is worked on again.", undo="")


@require_POST
@coach_required
def goal_remove(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Take a goal away, with a way back."""
    goal = kept_goal(goal_id)
    goals.remove_goal(goal=goal, by=request.user, now=timezone.now())
    undo = reverse("goal-restore", args=[goal.pk])
    messages.success(request, f"“{goal.title}” is deleted.", extra_tags=undo)
    return redirect(_home_of(goal))


@require_POST
@coach_required
def goal_restore(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Bring a deleted goal back."""
    goal = get_object_or_404(Goal.objects.select_related("client"), pk=goal_id)
    try:
        goals.restore_goal(goal=goal, by=request.user)
    except GoalStatusError:
        return detail_page(request, goal, problem="This goal was never away.", status=409)
    messages.success(request, "The goal is back, with everything that hung on it.")
    return redirect("goal-detail", goal.pk)


def _home_of(goal: Goal) -> str:
    """Where a goal is listed."""
    return reverse("goal-list", args=[goal.client_id]) if goal.client_id else reverse("client-list")


_NOW: dict[str, str] = {
    Goal.Status.ACTIVE: "This goal is already worked on.",
    Goal.Status.PAUSED: "This goal is already resting.",
    Goal.Status.COMPLETED: "This goal is already reached.",
}


def _change(
    request: CoachRequest, goal_id: UUID, deed: Deed, words: str, undo: str = "goal-reopen"
) -> HttpResponse:
    goal = kept_goal(goal_id)
    try:
        deed(goal=goal, by=request.user, now=timezone.now())
    except GoalStatusError as refused:
        return detail_page(request, goal, problem=_NOW[refused.status], status=409)
    messages.success(request, words, extra_tags=reverse(undo, args=[goal.pk]) if undo else "")
    return redirect("goal-detail", goal.pk)
