"""Goals and their milestones on pages of their own."""

from datetime import date
from typing import Any

import pytest
from django.test import Client as Browser

from coaching.actions import goals
from coaching.actions.goals import GoalDetails
from coaching.models import Client, Goal, GoalDelta, Milestone, User
from journeyloop.tenancy import tenant
from tests import people
from tests.people import NOON

pytestmark = pytest.mark.usefixtures("noon")

HTMX = {"HX-Request": "true"}
WRITTEN = {"title": "Sleep through", "description": "Six nights.", "category": "growth", "priority": "4"}


@pytest.fixture
def sam(coach: User) -> Client:
    return people.a_client(coach)


@pytest.fixture
def goal(coach: User, sam: Client) -> Goal:
    with tenant(sam.coach_id):
        details = GoalDetails(title="Leave at six", target_date=date(2026, 3, 1))
        return goals.create_goal(client=sam, details=details, by=coach, now=NOON)


@pytest.fixture
def milestone(coach: User, goal: Goal) -> Milestone:
    with tenant(goal.coach_id):
        return goals.add_milestone(goal=goal, title="One Tuesday", due_on=None, by=coach, now=NOON)


def words(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return] # bytes


def test_a_client_without_goals_is_offered_to_begin_one(as_coach: Browser, sam: Client) -> None:
    assert "Begin a goal" in words(as_coach.get(f"/clients/{sam.pk}/"))
    assert "No goals yet" in words(as_coach.get(f"/clients/{sam.pk}/goals/"))


def test_a_goal_is_begun_and_shown_with_what_was_written(as_coach: Browser, sam: Client) -> None:
    answer = as_coach.post(f"/clients/{sam.pk}/goals/new/", {**WRITTEN, "target_date": "2026-06-01"})
    page = words(as_coach.get(answer.headers["Location"]))

    assert "Sleep through" in page
    assert "Six nights." in page
    assert "1 June 2026" in page
    assert "Sleep through" in words(as_coach.get(f"/clients/{sam.pk}/"))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": " "}, "What is it that they want?"),
        ({"title": "x" * 161}, "160 is the most"),
        ({"target_date": "soon"}, "Write the day as 2026-11-21."),
        ({"category": "money"}, "is not one of the available choices"),
    ],
)
def test_a_goal_that_cannot_be_kept_comes_back_whole(
    as_coach: Browser, sam: Client, fields: dict[str, str], problem: str
) -> None:
    answer = as_coach.post(f"/clients/{sam.pk}/goals/new/", {**WRITTEN, **fields})

    assert answer.status_code == 422
    assert problem in words(answer)
    assert "Six nights." in words(answer)


def test_a_goal_is_written_anew(as_coach: Browser, coach: User, goal: Goal) -> None:
    assert "Leave at six" in words(as_coach.get(f"/goals/{goal.pk}/edit/"))
    as_coach.post(f"/goals/{goal.pk}/edit/", {**WRITTEN, "title": "Leave at five"})

    assert people.fresh(coach, goal).title == "Leave at five"
    assert as_coach.post(f"/goals/{goal.pk}/edit/", {"title": ""}).status_code == 422


def test_a_goal_past_its_day_says_so(as_coach: Browser, sam: Client, goal: Goal) -> None:
    assert "was for 1 Mar 2026" in words(as_coach.get(f"/clients/{sam.pk}/goals/"))


def test_a_goal_rests_is_reached_and_is_taken_up_again(as_coach: Browser, coach: User, goal: Goal) -> None:
    for deed, status in (("pause", "paused"), ("complete", "completed"), ("reopen", "active")):
        assert as_coach.post(f"/goals/{goal.pk}/{deed}/").status_code == 302
        assert people.fresh(coach, goal).status == status
        listed = words(as_coach.get(f"/clients/{goal.client_id}/goals/"))
        assert {"paused": "Resting", "completed": "Reached", "active": "Worked on now"}[status] in listed


def test_of_two_tabs_the_second_is_told(as_coach: Browser, goal: Goal) -> None:
    as_coach.post(f"/goals/{goal.pk}/complete/")
    again = as_coach.post(f"/goals/{goal.pk}/complete/")

    assert again.status_code == 409
    assert "already reached" in words(again)


def test_a_deleted_goal_is_gone_until_it_is_brought_back(as_coach: Browser, sam: Client, goal: Goal) -> None:
    gone = as_coach.post(f"/goals/{goal.pk}/remove/", follow=True)
    assert f'action="/goals/{goal.pk}/restore/"' in words(gone)
    assert as_coach.get(f"/goals/{goal.pk}/").status_code == 404
    assert "Leave at six" not in words(as_coach.get(f"/clients/{sam.pk}/"))

    as_coach.post(f"/goals/{goal.pk}/restore/")
    assert as_coach.get(f"/goals/{goal.pk}/").status_code == 200
    assert as_coach.post(f"/goals/{goal.pk}/restore/").status_code == 409


def test_progress_is_written_down_with_what_showed_it(as_coach: Browser, coach: User, goal: Goal) -> None:
    as_coach.post(f"/goals/{goal.pk}/progress/", {"value": "40", "note": "Left at six on Monday"})
    as_coach.post(f"/goals/{goal.pk}/progress/", {"value": "30"})
    page = words(as_coach.get(f"/goals/{goal.pk}/"))

    assert people.fresh(coach, goal).progress == 30
    assert "Left at six on Monday" in page
    assert "A step back" in page


@pytest.mark.parametrize("value", ["", "101", "-1", "half", "4.5"])
def test_progress_that_is_no_percentage_changes_nothing(as_coach: Browser, goal: Goal, value: str) -> None:
    answer = as_coach.post(f"/goals/{goal.pk}/progress/", {"value": value, "note": "Left at six"})

    assert answer.status_code == 422
    assert "Left at six" in words(answer)
    with tenant(goal.coach_id):
        assert not GoalDelta.objects.exists()


def test_a_milestone_is_put_on_the_way(as_coach: Browser, goal: Goal) -> None:
    as_coach.post(f"/goals/{goal.pk}/milestones/", {"title": "One Tuesday", "due_on": "2026-04-01"})
    empty = as_coach.post(f"/goals/{goal.pk}/milestones/", {"title": "", "due_on": "2026-04-02"})

    assert "by 1 Apr 2026" in words(as_coach.get(f"/goals/{goal.pk}/"))
    assert empty.status_code == 422
    assert "2026-04-02" in words(empty)


def test_a_milestone_changes_in_its_place(as_coach: Browser, milestone: Milestone) -> None:
    here = f"/milestones/{milestone.pk}"
    reached = words(as_coach.post(f"{here}/reach/", headers=HTMX))
    assert "reached today" in reached
    assert 'data-announce="Reached. One Tuesday"' in reached
    assert "no date" in words(as_coach.post(f"{here}/unreach/", headers=HTMX))
    assert 'name="title"' in words(as_coach.get(f"{here}/edit/", headers=HTMX))
    assert 'name="title"' not in words(as_coach.get(f"{here}/edit/?back", headers=HTMX))
    assert as_coach.post(f"{here}/edit/", {"title": ""}, headers=HTMX).status_code == 422
    assert "Two Tuesdays" in words(as_coach.post(f"{here}/edit/", {"title": "Two Tuesdays"}, headers=HTMX))
    assert "Undo" in words(as_coach.post(f"{here}/remove/", headers=HTMX))
    assert "Two Tuesdays" in words(as_coach.post(f"{here}/restore/", headers=HTMX))


def test_without_scripts_a_milestone_leads_back_to_its_goal(as_coach: Browser, milestone: Milestone) -> None:
    for deed in ("reach", "unreach", "remove", "restore"):
        answer = as_coach.post(f"/milestones/{milestone.pk}/{deed}/")
        assert answer.headers["Location"] == f"/goals/{milestone.goal_id}/"
    assert "<html" in words(as_coach.get(f"/milestones/{milestone.pk}/edit/"))


def test_a_milestone_of_a_deleted_goal_is_not_found(as_coach: Browser, milestone: Milestone) -> None:
    as_coach.post(f"/goals/{milestone.goal_id}/remove/")

    assert as_coach.post(f"/milestones/{milestone.pk}/reach/").status_code == 404
