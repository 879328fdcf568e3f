"""What operators' figures say, from rows of every practice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

import psycopg
import pytest

from companion.actions import audit, turns
from companion.api.operations import costs, deeds, errands, failures, latency
from companion.api.operations import turns as counts
from companion.api.operations.costs import Costs, ModelCost, Reserved
from companion.api.operations.failures import Kind
from companion.api.operations.turns import Ended, Unfinished
from companion.api.operations.verdict import Verdict, judge
from companion.engine.failures import FailureKind
from companion.models import Errand, Turn
from journeyloop.tenancy import tenant
from tests.database import urls
from tests.factories import make_client, make_newcomer
from tests.fakes.conversations import change, say
from tests.fakes.past_turns import called, ended

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATELY = datetime.now(UTC) - HOUR


def age(turn: Turn, **columns: float) -> None:
    """Put instants of a turn so many seconds into the past."""
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for name, seconds in columns.items():
            owner.execute(
                f"UPDATE companion_turn SET {name} = now() - %s * interval '1 s' WHERE id = %s",
                [seconds, turn.pk],
            )


# --- Turns ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("committed")
def test_what_waits_and_runs_is_counted_and_the_oldest_is_timed() -> None:
    waiting, running, behind = make_newcomer(), make_newcomer(), make_newcomer()
    age(say(waiting), queued_at=40, not_before=40)
    first = say(running)
    change(running, first, status="running")
    age(first, queued_at=300, lease_until=5)
    age(say(behind), queued_at=20, not_before=-60)  # its retry is not due yet
    age(say(running), queued_at=200, not_before=200)  # waits for the one before it

    found = counts.unfinished()

    assert (found.waiting, found.running, found.silent) == (3, 1, 1)
    assert found.oldest_seconds == pytest.approx(40, abs=5)


@pytest.mark.usefixtures("committed")
def test_nothing_waits_in_an_empty_house() -> None:
    assert counts.unfinished() == Unfinished(0, 0, 0, None)
    assert counts.ended(hours=1) == Ended(0, 0, 0, 0)
    assert latency.waits(hours=1).whole == latency.Wait(None, None)


@pytest.mark.usefixtures("committed")
def test_what_ended_is_counted_by_hours() -> None:
    coach = make_newcomer()
    ended(coach)
    ended(coach, attempts=2, ago=2 * HOUR)
    ended(coach, "failed", code="broken", ago=2 * HOUR)
    ended(coach, "cancelled", ago=2 * DAY)

    assert counts.ended(hours=1) == Ended(1, 0, 0, 0)
    assert counts.ended(hours=24) == Ended(2, 1, 0, 1)


@pytest.mark.usefixtures("committed")
def test_waits_count_from_the_coachs_words_and_leave_out_what_was_asked_again() -> None:
    coach = make_newcomer()
    for took in (2.0, 4.0, 6.0):
        ended(coach, took=took, waited=0.5, first_text_ms=1000)
    ended(coach, took=900.0, fence=4)
    ended(coach, took=800.0, ago=2 * HOUR)

    hour = latency.waits(hours=1)

    assert hour.turns == 3
    assert hour.claimed.p50 == pytest.approx(0.5)
    assert hour.first_text.p50 == pytest.approx(1.5)
    assert (hour.whole.p50, hour.whole.p95) == (pytest.approx(4.0), pytest.approx(5.8))
    assert latency.waits(hours=24).turns == 4


# --- Money ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("committed")
def test_costs_are_summed_by_model_and_an_unsettled_call_costs_what_was_reserved() -> None:
    coach, other = make_newcomer(), make_newcomer()
    ended(coach, input_tokens=1000, cache_read_tokens=900, output_tokens=50)
    ended(other, ago=2 * DAY, model_name="claude-haiku-5-5", cost_usd=Decimal("0.50"))
    ended(other, cost_usd=None)
    running = say(coach)
    change(coach, running, status="running")
    called(coach, running, cost_usd=None)
    ended(other, ago=9 * DAY, cost_usd=Decimal(100))

    found = costs.costs(midnight=LATELY)

    assert found.today == [ModelCost("claude-sonnet-5-5", 3, 1000, 900, 50, Decimal("0.21"))]
    assert found.today[0].cached_share == 90
    assert [(each.model, each.usd) for each in found.week] == [
        ("claude-haiku-5-5", Decimal("0.5")),
        ("claude-sonnet-5-5", Decimal("0.21")),
    ]
    assert found.week_usd == Decimal("0.71")
    assert found.reserved == Reserved(1, Decimal("0.1"), 1, Decimal("0.1"))


@pytest.mark.parametrize(
    ("today", "week", "is_runaway"),
    [(4, 4, False), (12, 24, True), (12, 72, False), (31, 91, True), (29, 89, False)],
)
def test_a_day_runs_away_when_it_costs_thrice_the_days_before(
    today: int, week: int, is_runaway: bool
) -> None:
    assert spent(today, week).is_runaway is is_runaway


def spent(today: int, week: int) -> Costs:
    nothing = Reserved(0, Decimal(0), 0, Decimal(0))
    models = [[ModelCost("m", 1, 0, 0, 0, Decimal(usd))] for usd in (today, week)]
    return Costs(today=models[0], week=models[1], reserved=nothing)


# --- Failures and deeds ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("committed")
def test_failures_are_counted_by_kind_and_only_the_latest_can_be_run_again() -> None:
    coach, other = make_newcomer(), make_newcomer()
    past = ended(coach, "failed", code="overloaded", ago=2 * HOUR)
    latest = ended(coach, "failed", code="overloaded")
    ended(other, "failed", code="broken", ago=3 * DAY)
    ended(other, "failed", code="broken", ago=9 * DAY)
    ended(other)

    overloaded, broken = failures.kinds()
    listed = failures.of_kind("overloaded")

    assert (overloaded.code, overloaded.hour, overloaded.day, overloaded.week) == ("overloaded", 1, 2, 2)
    assert overloaded.can_run_again == 1
    assert (broken.code, broken.hour, broken.day, broken.week) == ("broken", 0, 0, 1)
    assert broken.can_run_again == 0
    assert [(each.id, each.can_run_again) for each in listed] == [(latest.pk, True), (past.pk, False)]
    (call,) = failures.calls(listed[0])
    assert (call.model, call.cost_usd) == ("claude-sonnet-5-5", Decimal("0.01"))


def test_every_error_code_has_a_meaning_for_operators() -> None:
    assert set(failures.MEANINGS) == {*get_args(FailureKind), *turns.WORDS}


@pytest.mark.usefixtures("committed")
def test_background_work_is_counted_and_the_newest_failures_are_named() -> None:
    coach = make_newcomer()
    now = datetime.now(UTC)
    states = {"queued": None, "running": None, "failed": now, "done": now, "cancelled": now}
    with tenant(coach.pk):
        common = {"kind": "read_transcript", "client": make_client(), "error_code": "broken"}
        for status, ended_at in states.items():
            Errand.objects.create(**common, key=status, status=status, finished_at=ended_at)
        Errand.objects.create(**common, key="old", status="failed", finished_at=now - 9 * DAY)

    found = errands.errands()

    assert (found.waiting, found.running) == (1, 1)
    assert [(each.kind, each.code) for each in found.failed] == [("read_transcript", "broken")]


@pytest.mark.usefixtures("committed")
def test_deeds_come_newest_first_in_pages_and_by_any_of_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deeds, "SHOWN", 2)
    coach, other = make_newcomer(), make_newcomer()
    for practice, deed in ((coach, "a.first"), (other, "a.second"), (coach, "a.third")):
        with tenant(practice.pk):
            audit.note(deed, by=practice.user, object_id=practice.pk)

    page = deeds.newest()
    older = deeds.newest(before=page.older_than)

    assert [each.deed for each in page.shown] == ["a.third", "a.second"]
    assert [each.deed for each in older.shown] == ["a.first"]
    assert older.older_than is None
    assert [each.deed for each in deeds.newest(about=other.user.pk).shown] == ["a.second"]
    assert [each.deed for each in deeds.newest(about=coach.pk).shown] == ["a.third", "a.first"]


# --- The verdict ----------------------------------------------------------------------------------------

WELL = {
    "database": {"status": "ok"},
    "redis": {"status": "ok"},
    "clock": {"status": "ok", "seconds_since_tick": 3.0},
    "workers": {"status": "ok", "seen": 2},
}
UNKNOWN = {"redis": {"status": "down"}, "clock": {"status": "unknown"}, "workers": {"status": "unknown"}}
IDLE, QUIET = Unfinished(0, 0, 0, None), Ended(0, 0, 0, 0)
KEY = Kind("refused_key", 1, 1, 1, 0, LATELY)


def verdict(**changes: object) -> Verdict:
    given = {"parts": WELL, "unfinished": IDLE, "hour": QUIET, "kinds": [], "costs": spent(0, 0)}
    return judge(**{**given, "is_single_role": False, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, "good", ""),
        ({"hour": Ended(100, 2, 0, 0)}, "good", ""),
        ({"hour": Ended(97, 3, 0, 0)}, "good", ""),
        ({"hour": Ended(9, 3, 0, 0)}, "warn", "3 of 12 turns failed"),
        ({"hour": Ended(3, 3, 0, 0)}, "bad", "3 of 6 turns failed"),
        ({"hour": Ended(9, 1, 0, 0), "kinds": [KEY]}, "bad", "refuses our key"),
        ({"unfinished": Unfinished(1, 0, 0, 14.0)}, "good", ""),
        ({"unfinished": Unfinished(1, 0, 0, 16.0)}, "warn", "waited 16 seconds"),
        ({"unfinished": Unfinished(1, 0, 0, 61.0)}, "bad", "waited 61 seconds"),
        ({"parts": {**WELL, **UNKNOWN}}, "warn", "Redis does not answer"),
        ({"parts": {**WELL, "workers": {"status": "none", "seen": 0}}}, "bad", "No worker"),
        (
            {"parts": {**WELL, "clock": {"status": "late", "seconds_since_tick": 93.2}}},
            "bad",
            "silent for 93 seconds",
        ),
        ({"parts": {**WELL, "clock": {"status": "never"}}}, "bad", "No clock has ticked"),
        (
            {"parts": {**WELL, "database": {"status": "behind", "unapplied_migrations": 2}}},
            "bad",
            "Migrations not applied: 2",
        ),
        ({"is_single_role": True}, "warn", "One database role"),
        ({"costs": spent(40, 50)}, "warn", "costs far more"),
    ],
)
def test_the_verdict_says_what_is_wrong(changes: dict[str, object], level: str, words: str) -> None:
    found = verdict(**changes)

    assert found.level == level
    assert words in " ".join(finding.words for finding in found.findings)


def test_the_worst_comes_first() -> None:
    found = verdict(is_single_role=True, unfinished=Unfinished(1, 0, 0, 90.0))

    assert [finding.level for finding in found.findings] == ["bad", "warn"]
    assert found.title == "Something is wrong"
