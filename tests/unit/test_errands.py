"""Background work: queued once, claimed by one, and silent once it is overtaken."""

import asyncio
from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest

from coaching.models import Client, CoachingProfile, CoachingSession
from companion.actions import errands, leases
from companion.actions.errands import ErrandError
from companion.actions.leases import ERRANDS, Lease, NotWaitingError, OvertakenError
from companion.models import Errand, StreamEvent
from companion.scheduling import engine
from companion.scheduling import errands as loop
from companion.scheduling.database import Database
from journeyloop.tenancy import tenant
from tests import factories
from tests.database import urls
from tests.factories import NOON
from tests.fakes.parallel import at_once

pytestmark = pytest.mark.usefixtures("committed")

KIND = Errand.Kind.READ_TRANSCRIPT
BUSY = ErrandError("busy", "It was busy.", retryable=True)
WRONG = ErrandError("wrong", "Line 3 is not text.")


@pytest.fixture
def coach() -> CoachingProfile:
    return factories.make_newcomer()


@pytest.fixture
def session(coach: CoachingProfile) -> CoachingSession:
    with tenant(coach.pk):
        return factories.make_session(factories.make_client(), NOON)


def send(session: CoachingSession, kind: Errand.Kind = KIND) -> Errand:
    with tenant(session.coach_id):
        return errands.queue_errand(kind=kind, about=session, client=session.client, session=session)


def claim_one() -> Lease:
    (lease,) = ERRANDS.claim(limit=1)
    return lease


def state(errand: Errand) -> Errand:
    with tenant(errand.coach_id):
        return Errand.objects.get(pk=errand.pk)


def as_owner(statement: LiteralString) -> None:
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute(statement)


def expire_leases() -> None:
    as_owner("UPDATE companion_errand SET lease_until = now() - interval '1 second' WHERE status = 'running'")


def test_the_same_work_waits_once(session: CoachingSession) -> None:
    first = send(session)

    assert send(session).pk == first.pk
    assert send(session, Errand.Kind.ANALYSE_SESSION).pk != first.pk


def test_the_same_work_is_queued_once_by_many_at_once(session: CoachingSession) -> None:
    queued = at_once([lambda: send(session).pk] * 6)

    assert len(set(queued)) == 1


def test_finished_work_can_be_asked_for_again(session: CoachingSession) -> None:
    first = send(session)
    with tenant(session.coach_id):
        errands.finish(lease=claim_one())

    assert send(session).pk != first.pk
    assert state(first).status == "done"
    assert state(first).finished_at is not None


def test_a_claim_takes_no_more_than_asked_and_nobody_elses(session: CoachingSession) -> None:
    errand = send(session)
    send(session, Errand.Kind.ANALYSE_SESSION)

    lease = claim_one()

    assert lease == Lease(errand.pk, session.coach_id, 1)
    assert len(ERRANDS.claim(limit=9)) == 1
    assert ERRANDS.claim(limit=9) == []


def test_work_that_is_taken_where_it_is_queued_is_nobody_elses(session: CoachingSession) -> None:
    with tenant(session.coach_id):
        errand = send(session)
        lease = leases.take(errand, lasting=timedelta(minutes=10))

        assert errands.held(lease=lease).attempts == 1
        with pytest.raises(NotWaitingError):
            leases.take(errand, lasting=timedelta(minutes=10))
    assert ERRANDS.claim(limit=5) == []


def test_an_overtaken_claim_writes_nothing(session: CoachingSession) -> None:
    errand = send(session)
    old = claim_one()
    expire_leases()
    new = claim_one()

    with tenant(session.coach_id):
        for write in (
            lambda: errands.progress(lease=old, done=1, total=2),
            lambda: errands.finish(lease=old),
            lambda: errands.fail(lease=old, error=WRONG),
        ):
            with pytest.raises(OvertakenError):
                write()
        assert errands.give_up(lease=old) == []
    ERRANDS.release([old])

    assert ERRANDS.hold([old, new]) == {errand.pk}
    assert (state(errand).status, state(errand).fence, state(errand).done) == ("running", 2, 0)


def test_progress_is_stored_and_told(session: CoachingSession) -> None:
    errand = send(session)
    lease = claim_one()

    with tenant(session.coach_id):
        (word,) = errands.progress(lease=lease, done=2, total=5)

    assert (state(errand).done, state(errand).total) == (2, 5)
    assert word.event == "errand-update"
    assert word.data == {
        "errand": str(errand.pk),
        "kind": "read_transcript",
        "session": str(session.pk),
        "version": 1,
    }


def test_a_passing_failure_is_tried_again_later_and_a_plain_one_never(session: CoachingSession) -> None:
    errand = send(session)
    with tenant(session.coach_id):
        failed = errands.fail(lease=claim_one(), error=BUSY)

    assert errands.PATIENCE.waits[0] <= failed.again_in <= errands.PATIENCE.waits[0] * 1.4
    assert state(errand).status == "queued"
    assert ERRANDS.claim(limit=1) == [], "it waits first"

    as_owner("UPDATE companion_errand SET not_before = now()")
    with tenant(session.coach_id):
        failed = errands.fail(lease=claim_one(), error=WRONG)
    assert failed.again_in is None
    assert (state(errand).status, state(errand).error_words) == ("failed", WRONG.words)


def test_the_last_attempt_that_fails_is_the_end(session: CoachingSession) -> None:
    errand = send(session)
    for _ in range(3):
        as_owner("UPDATE companion_errand SET not_before = now()")
        with tenant(session.coach_id):
            failed = errands.fail(lease=claim_one(), error=BUSY)

    assert failed.again_in is None
    assert state(errand).status == "failed"


def test_a_provider_that_asks_for_too_much_patience_ends_it(session: CoachingSession) -> None:
    errand = send(session)
    with tenant(session.coach_id):
        errands.fail(lease=claim_one(), error=ErrandError("busy", "", retryable=True, asked_seconds=3_600))

    assert state(errand).status == "failed"


def test_released_work_starts_afresh(session: CoachingSession) -> None:
    errand = send(session)
    ERRANDS.release([claim_one()])

    assert (state(errand).status, state(errand).attempts) == ("queued", 0)
    assert claim_one().fence == 2


def test_cancelling_stops_what_waits_and_what_runs_and_no_more(session: CoachingSession) -> None:
    reading, analysing = send(session), send(session, Errand.Kind.ANALYSE_SESSION)
    lease = claim_one()

    with tenant(session.coach_id):
        assert errands.cancel(errand=reading, now=NOON)
        assert not errands.cancel(errand=reading, now=NOON)

    assert ERRANDS.hold([lease]) == set()
    assert state(reading).status == "cancelled"
    assert state(analysing).status == "queued"


def test_cancelling_for_a_client_leaves_others_alone(session: CoachingSession) -> None:
    reading, analysing = send(session), send(session, Errand.Kind.ANALYSE_SESSION)
    with tenant(session.coach_id):
        other = send(factories.make_session(factories.make_client("Mira Adel"), NOON))
        stopped = errands.cancel_for(client=session.client, kinds=[Errand.Kind.ANALYSE_SESSION], now=NOON)

    assert stopped == 1
    statuses = [state(each).status for each in (reading, analysing, other)]
    assert statuses == ["queued", "cancelled", "queued"]


def test_the_clock_ends_what_went_silent_three_times(session: CoachingSession) -> None:
    errand = send(session)
    for _ in range(3):
        engine.tick()
        claim_one()
        expire_leases()

    engine.tick()

    ended = state(errand)
    assert (ended.status, ended.error_code) == ("failed", "gave_up")
    assert ended.error_words == errands.WORDS["gave_up"]
    with tenant(session.coach_id):
        assert StreamEvent.objects.filter(event="errand-update").count() == 1


# --- In the worker's loop -----------------------------------------------------------------------------------


class Loop:
    """An errand loop whose kinds are functions of the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.woken = 0
        self._patch = monkeypatch

    def run(self, *steps: str, kind: loop.Carry) -> None:
        self._patch.setattr(loop, "KINDS", {KIND: kind, Errand.Kind.ANALYSE_SESSION: kind})
        asyncio.run(self._run(steps))

    async def _run(self, steps: tuple[str, ...]) -> None:
        database = Database()
        carrier = loop.ErrandLoop(brain=None, database=database, wake=self._wake)  # type: ignore[arg-type]
        does = {
            "claim": carrier.claim_due,
            "hold": carrier.hold,
            "pause": lambda: asyncio.sleep(0.3),
            "wait": lambda: carrier.wind_down(5.0),
        }
        for step in steps:
            await does[step]()
        await carrier.wind_down(0.05)
        database.close()

    def _wake(self) -> None:
        self.woken += 1


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Loop:
    return Loop(monkeypatch)


async def succeed(lease: Lease, _errand: Errand, _brain: object, database: Database) -> None:
    def store() -> None:
        with tenant(lease.coach_id):
            errands.finish(lease=lease)

    await database.run(store)


async def stall(_lease: Lease, _errand: Errand, _brain: object, _database: Database) -> None:
    await asyncio.sleep(60)


def failing(error: Exception) -> loop.Carry:
    async def fail(*_given: object) -> None:
        raise error

    return fail


def test_the_loop_carries_an_errand_to_its_end(session: CoachingSession, carrier: Loop) -> None:
    errand = send(session)

    carrier.run("claim", "wait", kind=succeed)

    assert state(errand).status == "done"
    assert carrier.woken == 1


def test_the_loop_takes_only_as_many_as_it_has_room_for(coach: CoachingProfile, carrier: Loop) -> None:
    with tenant(coach.pk):
        client: Client = factories.make_client()
        waiting = [send(factories.make_session(client, NOON)) for _ in range(loop.AT_ONCE + 2)]

    carrier.run("claim", "claim", kind=stall)

    fences = [state(each).fence for each in waiting]
    assert sum(fences) == loop.AT_ONCE
    assert {state(each).status for each in waiting} == {"queued"}, "the stalled ones were handed back"


def test_an_errand_that_failed_in_words_is_over(session: CoachingSession, carrier: Loop) -> None:
    errand = send(session)

    carrier.run("claim", "wait", kind=failing(WRONG))

    assert (state(errand).status, state(errand).error_code) == ("failed", "wrong")


def test_an_errand_that_broke_is_tried_again(session: CoachingSession, carrier: Loop) -> None:
    errand = send(session)

    carrier.run("claim", "wait", kind=failing(ValueError("nobody expected this")))

    assert (state(errand).status, state(errand).error_code) == ("queued", "broken")


def test_an_overtaken_errand_is_left_alone(session: CoachingSession, carrier: Loop) -> None:
    errand = send(session)

    carrier.run("claim", "wait", kind=failing(OvertakenError("another has it")))

    assert (state(errand).status, state(errand).fence) == ("running", 1)


def test_a_cancelled_errand_is_stopped_at_the_next_look(session: CoachingSession, carrier: Loop) -> None:
    errand = send(session)

    async def cancel_and_stall(lease: Lease, held: Errand, brain: object, database: Database) -> None:
        def cancel() -> None:
            with tenant(lease.coach_id):
                errands.cancel(errand=held, now=NOON)

        await database.run(cancel)
        await stall(lease, held, brain, database)

    carrier.run("claim", "pause", "hold", "wait", kind=cancel_and_stall)

    assert state(errand).status == "cancelled"
