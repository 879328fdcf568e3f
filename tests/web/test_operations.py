"""The operators' pages: is it well, what failed, run it again, who did what."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone
from redis import Redis, RedisError

from coaching.models import CoachingProfile, User
from companion.api.operations import overview
from companion.models import AuditEvent, StreamEvent, Turn
from companion.scheduling import queue
from journeyloop import health, heartbeats
from journeyloop.tenancy import tenant
from tests.conftest import signed_in
from tests.factories import make_newcomer
from tests.fakes.conversations import change, say
from tests.fakes.past_turns import ended

pytestmark = pytest.mark.usefixtures("committed")

Fail = Callable[..., Turn]


@pytest.fixture(autouse=True)
def redis() -> Redis:
    """Nothing has been seen and nobody has rung."""
    connection: Redis = queue.doorbell_queue().connection
    connection.flushall()
    return connection


@pytest.fixture
def practice() -> CoachingProfile:
    return make_newcomer()


def failed(coach: CoachingProfile, code: str = "broken") -> Turn:
    return ended(coach, "failed", code=code, attempts=3)


def state_of(coach: CoachingProfile, turn: Turn) -> tuple[str, int, str]:
    with tenant(coach.pk):
        found = Turn.objects.get(pk=turn.pk)
    return found.status, found.attempts, found.error_code


def deeds_of(coach: CoachingProfile) -> list[tuple[str, UUID | None, UUID | None]]:
    with tenant(coach.pk):
        return list(AuditEvent.objects.values_list("deed", "by", "object_id"))


def told(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def a_worker(**facts: Any) -> heartbeats.Worker:
    now = timezone.now()
    given = {"name": "dyno-1", "seen_at": now, "started_at": now, "model": "offline", "limit": 32}
    return heartbeats.Worker(**{**given, **facts})


# --- Is it well -----------------------------------------------------------------------------------------


def test_an_operator_starts_here(as_operator: Browser) -> None:
    assert as_operator.get("/").headers["Location"] == "/operations/"


def test_the_page_says_first_whether_all_is_well(as_operator: Browser) -> None:
    heartbeats.clock_ticked(now=timezone.now())
    heartbeats.worker_seen(a_worker(turns=("one", "two")))

    page = as_operator.get("/operations/").content.decode()

    assert page.index("All is well") < page.index("dyno-1")
    assert "2 of 32 turns" in page
    assert "Nobody has asked anything in the last hour." in page


def test_an_empty_house_says_who_is_missing(as_operator: Browser) -> None:
    page = as_operator.get("/operations/").content.decode()

    assert "Something is wrong" in page
    assert "No worker has been seen for 30 seconds: nobody answers coaches." in page
    assert "No clock has ticked yet" in page


def test_without_redis_the_figures_of_the_database_stand(
    as_operator: Browser, practice: CoachingProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> None:
        raise RedisError("away")

    monkeypatch.setattr(heartbeats, "clock_age", away)
    failed(practice)

    page = as_operator.get("/operations/").content.decode()

    assert "Worth a look" in page
    assert "Redis does not answer" in page
    assert "Unknown: their signs of life are kept in Redis." in page
    assert "A fault of our own." in page


def test_redis_may_go_away_between_two_looks(as_operator: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> int:
        raise RedisError("away")

    monkeypatch.setattr(overview.queue, "rings_unheard", away)

    assert as_operator.get("/operations/").status_code == 200


def test_rings_that_nobody_hears_are_counted(as_operator: Browser) -> None:
    queue.doorbell_queue().enqueue(queue.BELL, str(uuid4()))

    assert "1 ring not heard yet" in as_operator.get("/operations/").content.decode()


def test_one_database_role_is_warned_of(as_operator: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_is_single_role", lambda: True)

    assert "practices are kept apart by code alone" in as_operator.get("/operations/").content.decode()


def test_migrations_that_wait_are_said(as_operator: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_unapplied_migrations", lambda: 3)

    page = as_operator.get("/operations/").content.decode()

    assert "Migrations not applied: 3" in page


def test_htmx_gets_the_figures_alone(as_operator: Browser) -> None:
    answer = as_operator.get("/operations/", headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith('<div id="figures"')
    assert "<h1>" not in answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]


def test_a_page_that_is_full_takes_as_many_queries_as_an_empty_one(
    as_operator: Browser, practice: CoachingProfile, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        ended(practice)
        failed(practice, "overloaded")
        failed(practice, "cut")

    with django_assert_max_num_queries(15):
        as_operator.get("/operations/")


def test_staff_who_have_a_practice_are_no_operators(practice: CoachingProfile) -> None:
    User.objects.filter(pk=practice.user.pk).update(is_staff=True)

    assert signed_in(practice.user).get("/operations/").status_code == 404


# --- Run it again ---------------------------------------------------------------------------------------


def test_a_failed_turn_is_run_again_and_the_audit_log_keeps_by_whom(
    as_operator: Browser, operator: User, practice: CoachingProfile, redis: Redis
) -> None:
    turn = failed(practice)
    page = as_operator.get(f"/operations/turns/{turn.pk}/").content.decode()

    answer = as_operator.post(f"/operations/turns/{turn.pk}/run-again/")

    assert "A fault of our own." in page
    assert str(practice.pk) in page
    assert answer.headers["Location"] == f"/operations/turns/{turn.pk}/"
    assert told(answer) == ["The turn waits for a worker again."]
    assert state_of(practice, turn) == ("queued", 0, "")
    assert deeds_of(practice) == [("turn.run_again", operator.pk, turn.pk)]
    assert queue.rings_unheard() == 1
    with tenant(practice.pk):
        assert StreamEvent.objects.get().data["turn"] == str(turn.pk)
    assert "turn.run_again" in as_operator.get("/operations/audit/").content.decode()


@pytest.mark.parametrize("state", ["done", "queued", "running", "cancelled"])
def test_only_a_failed_turn_is_run_again(state: str, as_operator: Browser, practice: CoachingProfile) -> None:
    turn = change(practice, say(practice), status=state)

    answer = as_operator.post(f"/operations/turns/{turn.pk}/run-again/")

    assert told(answer) == ["It cannot be run again: it has not failed, or the coach went on since."]
    assert state_of(practice, turn)[0] == state
    assert deeds_of(practice) == []


def test_a_turn_that_the_coach_left_behind_is_not_run_again(
    as_operator: Browser, practice: CoachingProfile
) -> None:
    turn = failed(practice)
    say(practice, "Never mind.")
    page = as_operator.get(f"/operations/turns/{turn.pk}/").content.decode()

    answer = as_operator.post(f"/operations/turns/{turn.pk}/run-again/")

    assert "The coach has gone on since" in page
    assert "run-again" not in page
    assert told(answer)[0].startswith("It cannot be run again")
    assert state_of(practice, turn) == ("failed", 3, "broken")
    assert deeds_of(practice) == []


def test_all_of_a_kind_are_run_again_by_one_click(as_operator: Browser, practice: CoachingProfile) -> None:
    others = [make_newcomer() for _ in range(2)]
    left_behind = failed(practice)
    say(practice)
    broken = {coach: failed(coach) for coach in others}
    another = make_newcomer()
    cut = failed(another, "cut")

    listed = as_operator.get("/operations/failures/broken/").content.decode()
    answer = as_operator.post("/operations/failures/broken/run-again/")

    assert "Run 2 again" in listed
    assert str(left_behind.pk) in listed
    assert str(cut.pk) not in listed
    assert told(answer) == ["2 turns wait for a worker again."]
    assert {state_of(coach, turn)[0] for coach, turn in broken.items()} == {"queued"}
    assert state_of(practice, left_behind)[0] == "failed"
    assert state_of(another, cut)[0] == "failed"


def test_when_all_coaches_went_on_nothing_is_run_again(
    as_operator: Browser, practice: CoachingProfile
) -> None:
    failed(practice)
    say(practice)

    answer = as_operator.post("/operations/failures/broken/run-again/")

    assert told(answer) == ["None of these can be run again: their coaches went on since."]


def test_a_kind_that_never_failed_says_so(as_operator: Browser) -> None:
    assert "Nothing failed this way" in as_operator.get("/operations/failures/cut/").content.decode()


@pytest.mark.parametrize("address", ["", "run-again/"])
def test_a_turn_that_is_not_there_is_not_found(as_operator: Browser, address: str) -> None:
    ask = as_operator.post if address else as_operator.get

    assert ask(f"/operations/turns/{uuid4()}/{address}").status_code == 404


def test_running_again_takes_a_post_with_its_token(
    as_operator: Browser, operator: User, practice: CoachingProfile
) -> None:
    turn = failed(practice)
    checking = Browser(enforce_csrf_checks=True)
    checking.force_login(operator)

    for address in (f"/operations/turns/{turn.pk}/run-again/", "/operations/failures/broken/run-again/"):
        assert as_operator.get(address).status_code == 405
        assert checking.post(address).status_code == 403
    assert state_of(practice, turn)[0] == "failed"


# --- Who did what ---------------------------------------------------------------------------------------


def test_the_audit_log_is_asked_for_one_id(as_operator: Browser, practice: CoachingProfile) -> None:
    other = make_newcomer()
    for coach in (practice, other):
        as_operator.post(f"/operations/turns/{failed(coach).pk}/run-again/")

    page = as_operator.get("/operations/audit/", {"about": str(other.pk)}).content.decode()

    assert str(other.pk) in page
    assert str(practice.pk) not in page
    assert ">you<" in page.replace("\n", "").replace(" ", "")


def test_what_is_no_id_is_said_and_stays_in_the_field(as_operator: Browser) -> None:
    page = as_operator.get("/operations/audit/", {"about": "marmalade"}).content.decode()

    assert "This is not an id." in page
    assert 'value="marmalade"' in page


def test_an_id_of_nothing_finds_nothing(as_operator: Browser) -> None:
    assert "Nothing about this id" in as_operator.get(f"/operations/audit/?about={uuid4()}").content.decode()
