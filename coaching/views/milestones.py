"""The stations on the way to a goal. Each changes in its place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import goals
from coaching.forms.goals import MilestoneForm, written_milestone
from coaching.models import Milestone
from coaching.views.goals import detail_page, kept_goal


@require_POST
@coach_required
def milestone_create(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Put a station on the way."""
    goal, form = kept_goal(goal_id), MilestoneForm(request.POST, auto_id="id_milestone_%s")
    if not form.is_valid():
        return detail_page(request, goal, milestone_form=form, status=422)
    goals.add_milestone(goal=goal, **form.cleaned_data, by=request.user, now=timezone.now())
    messages.success(request, "The milestone is on the way.")
    return redirect("goal-detail", goal.pk)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@coach_required
def milestone_edit(request: CoachRequest, milestone_id: UUID) -> HttpResponse:
    """Change a milestone where it stands; `?back` shows it again unchanged."""
    milestone = _milestone(milestone_id)
    form = MilestoneForm(
        request.POST or None, initial=written_milestone(milestone), auto_id=f"id_{milestone.pk}_%s"
    )
    form.fields["title"].widget.attrs["autofocus"] = True
    if request.method == "GET" and "back" in request.GET:
        return _shown(request, milestone)
    if request.method == "GET" or not form.is_valid():
        return _shown(request, milestone, form=form, status=422 if form.is_bound else 200)
    goals.update_milestone(milestone=milestone, **form.cleaned_data, by=request.user)
    return _answer(request, milestone, "Saved.")


@require_POST
@coach_required
def milestone_reach(request: CoachRequest, milestone_id: UUID) -> HttpResponse:
    """Mark a milestone as reached."""
    milestone = _milestone(milestone_id)
    goals.reach_milestone(milestone=milestone, by=request.user, now=timezone.now())
    return _answer(request, milestone, "Reached.")


@require_POST
@coach_required
def milestone_unreach(request: CoachRequest, milestone_id: UUID) -> HttpResponse:
    """Take back that a milestone was reached."""
    milestone = _milestone(milestone_id)
    goals.unreach_milestone(milestone=milestone, by=request.user)
    return _answer(request, milestone, "Not reached yet.")


@require_POST
@coach_required
def milestone_remove(request: CoachRequest, milestone_id: UUID) -> HttpResponse:
    """Take a milestone away, with a way back in its place."""
    milestone = _milestone(milestone_id)
    goals.remove_milestone(milestone=milestone, by=request.user, now=timezone.now())
    return _answer(request, milestone, "The milestone is deleted.")


@require_POST
@coach_required
def milestone_restore(request: CoachRequest, milestone_id: UUID) -> HttpResponse:
    """Bring a deleted milestone back."""
    milestone = _milestone(milestone_id)
    goals.restore_milestone(milestone=milestone, by=request.user)
    return _answer(request, milestone, "The milestone is back.")


def _milestone(milestone_id: UUID) -> Milestone:
    found = Milestone.objects.select_related("goal__client").filter(goal__removed_at=None)
    return get_object_or_404(found, pk=milestone_id)


def _answer(request: CoachRequest, milestone: Milestone, words: str) -> HttpResponse:
    if request.htmx:
        return _shown(request, milestone, said=words)
    messages.success(request, words)
    return redirect("goal-detail", milestone.goal_id)


def _shown(
    request: CoachRequest,
    milestone: Milestone,
    *,
    form: MilestoneForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    template = "parts/milestone.html" if request.htmx else "milestone_page.html"
    context: dict[str, Any] = {"milestone": milestone, "goal": milestone.goal, "form": form, "said": said}
    context["now"] = timezone.now()
    return TemplateResponse(request, f"coaching/{template}", context, status=status)
