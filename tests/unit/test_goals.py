"""Goals, the stations on the way, and how far somebody has come."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction

from coaching.actions import goals
from coaching.actions.goals import GoalDetails, GoalStatusError
from coaching.actions.origins import Origin
from coaching.models import Client, CoachingProfile, Goal, GoalDelta, Milestone
from journeyloop.ids import uuid7
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(days=7)


@pytest.fixture
def tomas(in_tenant: CoachingProfile) -> Client:
    return factories.make_client()


@pytest.fixture
def goal(tomas: Client) -> Goal:
    details = GoalDetails(title="Two nights off a week", target_date=date(2026, 4, 1))
    return goals.create_goal(client=tomas, details=details, by=tomas.coach.user, now=NOON)


def test_a_goal_begins_active_at_nothing(goal: Goal) -> None:
    assert (goal.status, goal.progress, goal.source) == ("active", 0, "coach")


def test_a_goal_may_be_the_coachs_own(in_tenant: CoachingProfile) -> None:
    own = goals.create_goal(client=None, details=GoalDetails(title="Write"), by=in_tenant.user, now=NOON)

    assert own.client is None


def test_a_goal_that_was_accepted_names_its_session_and_its_evidence(tomas: Client) -> None:
    session, said = factories.make_session(tomas, NOON), uuid7()
    origin = Origin(session=session, evidence=[said])
    goal = goals.create_goal(
        client=tomas, details=GoalDetails(title="Sundays"), by=tomas.coach.user, now=NOON, origin=origin
    )
    goal.refresh_from_db()

    assert (goal.source, goal.session, goal.evidence) == ("session", session, [said])


def test_a_goal_can_rest_be_reached_and_be_taken_up_again(goal: Goal) -> None:
    by = goal.coach.user
    assert goals.pause_goal(goal=goal, by=by, now=NOON).status == "paused"
    assert goals.complete_goal(goal=goal, by=by, now=LATER).completed_at == LATER

    reopened = goals.reopen_goal(goal=goal, by=by, now=LATER)
    assert (reopened.status, reopened.completed_at) == ("active", None)


def test_what_has_been_done_is_not_done_twice(goal: Goal) -> None:
    by = goal.coach.user
    with pytest.raises(GoalStatusError):
        goals.reopen_goal(goal=goal, by=by, now=NOON)
    goals.complete_goal(goal=goal, by=by, now=NOON)
    for deed in (goals.complete_goal, goals.pause_goal):
        with pytest.raises(GoalStatusError):
            deed(goal=goal, by=by, now=LATER)

    assert goal.completed_at == NOON


def test_a_goal_taken_away_comes_back_with_everything(goal: Goal) -> None:
    by = goal.coach.user
    goals.note_progress(goal=goal, value=40, by=by, now=NOON)
    goals.remove_goal(goal=goal, by=by, now=LATER)
    with pytest.raises(GoalStatusError):
        goals.remove_goal(goal=goal, by=by, now=LATER)
    assert not Goal.objects.kept().exists()

    goals.restore_goal(goal=goal, by=by)
    assert [(each.progress, each.deltas.count()) for each in Goal.objects.kept()] == [(40, 1)]
    with pytest.raises(GoalStatusError):
        goals.restore_goal(goal=goal, by=by)


def test_progress_keeps_every_step_with_where_it_came_from(goal: Goal) -> None:
    by, said = goal.coach.user, uuid7()
    session = factories.make_session(goal.client, NOON)  # type: ignore[arg-type] # a client's goal
    goals.note_progress(goal=goal, value=30, note="Tuesdays hold", session=session, by=by, now=NOON)
    goals.note_progress(
        goal=goal, value=20, origin=Origin(session=session, evidence=[said]), by=by, now=LATER
    )
    goal.refresh_from_db()
    first, second = GoalDelta.objects.order_by("at")

    assert goal.progress == 20
    assert (first.before, first.value, first.change, first.note) == (0, 30, 30, "Tuesdays hold")
    assert (first.source, first.session, first.evidence) == ("coach", session, [])
    assert (second.change, second.source, second.evidence) == (-10, "session", [said])


def test_a_step_can_neither_be_changed_nor_deleted(goal: Goal) -> None:
    step = goals.note_progress(goal=goal, value=30, by=goal.coach.user, now=NOON)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        GoalDelta.objects.filter(pk=step.pk).update(value=90)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        GoalDelta.objects.filter(pk=step.pk)._raw_delete(using="default")


def test_a_milestone_is_reached_once_and_keeps_its_day(goal: Goal) -> None:
    by = goal.coach.user
    tuesday = goals.add_milestone(goal=goal, title="One Tuesday", due_on=None, by=by, now=NOON)
    goals.reach_milestone(milestone=tuesday, by=by, now=NOON)

    assert goals.reach_milestone(milestone=tuesday, by=by, now=LATER).reached_at == NOON
    assert goals.unreach_milestone(milestone=tuesday, by=by).reached_at is None


def test_what_is_reached_stands_first_and_the_rest_by_day(goal: Goal) -> None:
    by = goal.coach.user
    for title, due_on in (("Some day", None), ("Second", date(2026, 3, 2)), ("First", date(2026, 3, 1))):
        goals.add_milestone(goal=goal, title=title, due_on=due_on, by=by, now=NOON)
    done = goals.add_milestone(goal=goal, title="Done", due_on=date(2026, 9, 1), by=by, now=NOON)
    goals.reach_milestone(milestone=done, by=by, now=NOON)
    gone = goals.add_milestone(goal=goal, title="Gone", due_on=None, by=by, now=NOON)
    goals.remove_milestone(milestone=gone, by=by, now=LATER)

    [found] = Goal.objects.kept().with_milestones()
    assert [each.title for each in found.stations] == ["Done", "First", "Second", "Some day"]

    goals.restore_milestone(milestone=gone, by=by)
    assert Milestone.objects.kept().count() == 5


def test_goals_stand_with_the_foremost_first(tomas: Client) -> None:
    by = tomas.coach.user
    for title, priority, status in (("rest", 5, "paused"), ("low", 1, "active"), ("high", 5, "active")):
        made = goals.create_goal(
            client=tomas, details=GoalDetails(title=title, priority=priority), by=by, now=NOON
        )
        if status == "paused":
            goals.pause_goal(goal=made, by=by, now=NOON)

    assert [each.title for each in Goal.objects.foremost_first()] == ["high", "low", "rest"]
    assert {each.title for each in Goal.objects.active()} == {"high", "low"}


def test_only_an_active_goal_is_late(goal: Goal) -> None:
    assert not goal.is_late(date(2026, 4, 1))
    assert goal.is_late(date(2026, 4, 2))
    goals.complete_goal(goal=goal, by=goal.coach.user, now=NOON)
    assert not goal.is_late(date(2026, 4, 2))
