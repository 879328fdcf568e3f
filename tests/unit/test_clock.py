"""The clock ends what nobody can save, and tells the coach."""

import psycopg
import pytest
from django.db import OperationalError

import clock
from coaching.models import CoachingProfile
from companion.actions import turns
from companion.actions.leases import ATTEMPTS, TURNS
from companion.models import StreamEvent, Turn
from companion.scheduling import engine
from journeyloop.tenancy import tenant
from tests.database import urls
from tests.factories import make_newcomer
from tests.fakes.attempts import hold, say
from tests.fakes.parallel import at_once

pytestmark = pytest.mark.usefixtures("committed")


def lost_turn() -> CoachingProfile:
    """A coach whose turn has gone silent for the last time."""
    coach = make_newcomer()
    with tenant(coach.pk):
        turn = say()
        for _ in range(ATTEMPTS):
            hold(turn)
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("UPDATE companion_turn SET lease_until = now() - interval '1 second'")
    return coach


def told(coach: CoachingProfile) -> list[tuple[str, str]]:
    with tenant(coach.pk):
        return [(event.event, event.data["turn"]) for event in StreamEvent.objects.order_by("number")]


def turn_of(coach: CoachingProfile) -> Turn:
    with tenant(coach.pk):
        return Turn.objects.get()


def test_a_lost_turn_ends_in_words_and_an_event() -> None:
    coach = lost_turn()

    engine.tick()

    turn = turn_of(coach)
    assert (turn.status, turn.error_code, turn.error_words) == ("failed", "gave_up", turns.WORDS["gave_up"])
    assert (turn.lease_until, turn.finished_at is not None) == (None, True)
    assert told(coach) == [("chat-message", str(turn.pk))]


def test_a_turn_that_is_still_held_is_left_alone() -> None:
    coach = make_newcomer()
    with tenant(coach.pk):
        turn = say()
        for _ in range(ATTEMPTS):
            hold(turn)

    engine.tick()

    assert (turn_of(coach).status, told(coach)) == ("running", [])


def test_a_turn_that_speaks_up_between_look_and_deed_is_left_alone() -> None:
    coach = lost_turn()
    (lease,) = TURNS.lost()
    TURNS.hold([lease])

    with tenant(coach.pk):
        assert turns.give_up(lease=lease) == []

    assert turn_of(coach).status == "running"


def test_many_clocks_at_once_tell_once() -> None:
    coaches = [lost_turn() for _ in range(3)]

    assert at_once([engine.tick] * 4) == [None] * 4

    assert [len(told(coach)) for coach in coaches] == [1, 1, 1]


def test_a_clock_that_breaks_off_in_the_middle_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coach = lost_turn()

    def broken(**event: object) -> None:
        raise OperationalError("the connection is gone")

    with monkeypatch.context() as patch:
        patch.setattr(engine.events, "record", broken)
        with pytest.raises(OperationalError):
            engine.tick()
    assert turn_of(coach).status == "running"

    engine.tick()

    assert (turn_of(coach).status, len(told(coach))) == ("failed", 1)


def test_a_beat_that_fails_does_not_stop_the_clock() -> None:
    def broken(*, now: object) -> None:
        raise OperationalError("the connection is gone")

    clock._guarded("broken", broken)()


def test_a_missed_beat_comes_late_and_once() -> None:
    scheduler = clock.build_scheduler()

    jobs = {job.id: job for job in scheduler.get_jobs()}

    assert set(jobs) == {"tick", "tidy"}
    assert jobs["tick"].trigger.interval.total_seconds() <= 30
    assert scheduler._job_defaults == {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
