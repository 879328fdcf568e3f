"""
Everything that happens to a goal and its milestones.

What the companion finds is a proposal; it comes here only with a coach's yes.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db import transaction

from coaching.actions import origins
from coaching.actions.origins import Origin
from coaching.models import Client, CoachingSession, Goal, GoalDelta, Milestone, User

log = structlog.get_logger(__name__)

Status = Goal.Status


class GoalStatusError(Exception):
    """This goal is not in the state for that: `status` says which it is in."""

    def __init__(self, goal: Goal) -> None:
        super().__init__(f"goal {goal.pk} is {goal.status}")
        self.status = goal.status


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalDetails:
    """What a coach writes down about a goal."""

    title: str
    description: str = ""
    category: str = Goal.Category.GROWTH
    priority: int = Goal.Priority.MIDDLE
    target_date: date | None = None


def create_goal(
    *, client: Client | None, details: GoalDetails, by: User, now: datetime, origin: Origin | None = None
) -> Goal:
    """Begin a goal of a client's; with no client, one of the coach's own."""
    goal = Goal(client=client, **asdict(details), **origins.columns(origin), created_at=now)
    goal.save()
    log.info("goal.created", goal=str(goal.pk), source=goal.source, by=str(by.pk))
    return goal


def update_goal(*, goal: Goal, details: GoalDetails, by: User, now: datetime) -> Goal:
    """Write a goal down anew; where it comes from stays."""
    return _change(goal, Goal.objects.all(), by=by, deed="updated", **asdict(details), updated_at=now)


def pause_goal(*, goal: Goal, by: User, now: datetime) -> Goal:
    """Rest an active goal. Raises GoalStatusError."""
    active = Goal.objects.filter(status=Status.ACTIVE)
    return _change(goal, active, by=by, deed="paused", status=Status.PAUSED, updated_at=now)


def complete_goal(*, goal: Goal, by: User, now: datetime) -> Goal:
    """Call a goal reached, at whatever percent: good enough is the coach's to say. Raises GoalStatusError."""
    unfinished = Goal.objects.exclude(status=Status.COMPLETED)
    changes = {"status": Status.COMPLETED, "completed_at": now, "updated_at": now}
    return _change(goal, unfinished, by=by, deed="completed", **changes)


def reopen_goal(*, goal: Goal, by: User, now: datetime) -> Goal:
    """Take a paused or completed goal up again. Raises GoalStatusError."""
    resting = Goal.objects.exclude(status=Status.ACTIVE)
    changes = {"status": Status.ACTIVE, "completed_at": None, "updated_at": now}
    return _change(goal, resting, by=by, deed="reopened", **changes)


def remove_goal(*, goal: Goal, by: User, now: datetime) -> Goal:
    """Take a goal away; `restore_goal` brings all of it back. Raises GoalStatusError when it is gone."""
    return _change(goal, Goal.objects.filter(removed_at=None), by=by, deed="removed", removed_at=now)


def restore_goal(*, goal: Goal, by: User) -> Goal:
    """Bring a goal back that was taken away. Raises GoalStatusError when it is there."""
    gone = Goal.objects.filter(removed_at__isnull=False)
    return _change(goal, gone, by=by, deed="restored", removed_at=None)


@transaction.atomic
def note_progress(
    *,
    goal: Goal,
    value: int,
    by: User,
    now: datetime,
    note: str = "",
    session: CoachingSession | None = None,
    origin: Origin | None = None,
) -> GoalDelta:
    """
    Say how far a goal has come, in percent; the step is kept for good.

    `session` is where it showed; `origin` says instead that the step was accepted from a session's evidence.
    """
    held = Goal.objects.select_for_update(no_key=True).get(pk=goal.pk)
    where = origins.columns(origin, session)
    delta = GoalDelta(goal=goal, before=held.progress, value=value, note=note, by=by, at=now, **where)
    delta.save()
    Goal.objects.filter(pk=goal.pk).update(progress=value, updated_at=now)
    goal.progress = value
    log.info("goal.progressed", goal=str(goal.pk), source=delta.source, by=str(by.pk))
    return delta


def add_milestone(*, goal: Goal, title: str, due_on: date | None, by: User, now: datetime) -> Milestone:
    """Put a station on the way."""
    milestone = Milestone(goal=goal, title=title, due_on=due_on, created_at=now)
    milestone.save()
    log.info("milestone.added", milestone=str(milestone.pk), by=str(by.pk))
    return milestone


def update_milestone(*, milestone: Milestone, title: str, due_on: date | None, by: User) -> Milestone:
    """Write a milestone down anew."""
    return _set(milestone, by=by, deed="updated", title=title, due_on=due_on)


def reach_milestone(*, milestone: Milestone, by: User, now: datetime) -> Milestone:
    """Mark a milestone as reached; if it is already, it keeps its day."""
    return _set(milestone, by=by, deed="reached", reached_at=milestone.reached_at or now)


def unreach_milestone(*, milestone: Milestone, by: User) -> Milestone:
    """Take back that a milestone was reached."""
    return _set(milestone, by=by, deed="unreached", reached_at=None)


def remove_milestone(*, milestone: Milestone, by: User, now: datetime) -> Milestone:
    """Take a milestone away; `restore_milestone` brings it back."""
    return _set(milestone, by=by, deed="removed", removed_at=now)


def restore_milestone(*, milestone: Milestone, by: User) -> Milestone:
    """Bring a milestone back that was taken away."""
    return _set(milestone, by=by, deed="restored", removed_at=None)


def _change(goal: Goal, rows: Any, *, by: User, deed: str, **changes: Any) -> Goal:
    # The condition is in the UPDATE: of two tabs that press at once, one changes the row and one is told.
    changed = rows.filter(pk=goal.pk).update(**changes)
    goal.refresh_from_db()
    if not changed:
        raise GoalStatusError(goal)
    log.info("goal.changed", deed=deed, goal=str(goal.pk), by=str(by.pk))
    return goal


def _set(milestone: Milestone, *, by: User, deed: str, **changes: Any) -> Milestone:
    Milestone.objects.filter(pk=milestone.pk).update(**changes)
    milestone.refresh_from_db()
    log.info("milestone.changed", deed=deed, milestone=str(milestone.pk), by=str(by.pk))
    return milestone
