"""Pages about a client's goals."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import goals
from coaching.forms.goals import GoalForm, MilestoneForm, ProgressForm, written_goal
from coaching.models import Client, Goal, GoalDelta


@require_GET
@coach_required
def goal_list(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Show a client's goals: those that are worked on, resting and reached."""
    client = get_object_or_404(Client.objects, pk=client_id)
    every = list(Goal.objects.kept().filter(client=client).foremost_first().with_milestones())
    groups = [(label, [each for each in every if each.status == value]) for value, label in _STATUSES]
    context = {"client": client, "goals": every, "groups": groups, "now": timezone.now()}
    return TemplateResponse(request, "coaching/goal_list.html", context)


@require_http_methods(["GET", "POST"])
@coach_required
def goal_create(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Begin a goal."""
    client = get_object_or_404(Client.objects, pk=client_id)
    start = {"category": Goal.Category.GROWTH, "priority": Goal.Priority.MIDDLE}
    form = GoalForm(request.POST or None, initial=start)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, client=client, goal=None)
    goal = goals.create_goal(client=client, details=form.details(), by=request.user, now=timezone.now())
    messages.success(request, "The goal is there. Its first milestone makes it easier to begin.")
    return redirect("goal-detail", goal.pk)


@require_GET
@coach_required
def goal_detail(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Show one goal: its milestones, how far it has come and how that went."""
    return detail_page(request, kept_goal(goal_id))


@require_http_methods(["GET", "POST"])
@coach_required
def goal_edit(request: CoachRequest, goal_id: UUID) -> HttpResponse:
    """Change what is written down about a goal."""
    goal = kept_goal(goal_id)
    form = GoalForm(request.POST or None, initial=written_goal(goal))
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, client=goal.client, goal=goal)
    goals.update_goal(goal=goal, details=form.details(), by=request.user, now=timezone.now())
    messages.success(request, "Saved.")
    return redirect("goal-detail", goal.pk)


def kept_goal(goal_id: UUID) -> Goal:
    """Find a goal that was not deleted, with its client, or answer 404."""
    return get_object_or_404(Goal.objects.kept().select_related("client"), pk=goal_id)


def detail_page(
    request: CoachRequest,
    goal: Goal,
    *,
    progress_form: ProgressForm | None = None,
    milestone_form: MilestoneForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render a goal with everything that can be said about it."""
    context: dict[str, Any] = {
        "goal": goal,
        "client": goal.client,
        "milestones": goal.milestones.kept().in_order(),
        "deltas": GoalDelta.objects.filter(goal=goal).select_related("session").order_by("-at", "-id"),
        "progress_form": progress_form or ProgressForm(initial={"value": goal.progress}),
        "milestone_form": milestone_form or MilestoneForm(auto_id="id_milestone_%s"),
        "problem": problem,
        "now": timezone.now(),
    }
    return TemplateResponse(request, "coaching/goal_detail.html", context, status=status)


_STATUSES = (
    (Goal.Status.ACTIVE, "Worked on now"),
    (Goal.Status.PAUSED, "Resting"),
    (Goal.Status.COMPLETED, "Reached"),
)


def _form_page(
    request: HttpRequest, form: GoalForm, *, client: Client | None, goal: Goal | None
) -> HttpResponse:
    context = {"form": form, "client": client, "goal": goal}
    return TemplateResponse(request, "coaching/goal_form.html", context, status=422 if form.is_bound else 200)
