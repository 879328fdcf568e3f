"""Who works on which turn: leases by the database's clock, and fences that silence the overtaken."""

from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from coaching.models import CoachingProfile
from companion.actions import leases, turns
from companion.actions.leases import ATTEMPTS, TURNS, Lease, OvertakenError
from companion.models import Conversation, Message, Turn
from journeyloop.tenancy import tenant
from tests.database import urls
from tests.factories import make_newcomer as make_coach
from tests.fakes import attempts
from tests.fakes.conversations import change, say
from tests.fakes.parallel import at_once

pytestmark = pytest.mark.usefixtures("committed")


def owner(statement: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def expire_leases() -> None:
    owner("UPDATE companion_turn SET lease_until = now() - interval '1 second' WHERE status = 'running'")


def state(coach: CoachingProfile, turn: Turn) -> Turn:
    with tenant(coach.pk):
        return Turn.objects.get(pk=turn.pk)


def claim_one() -> Lease:
    (lease,) = TURNS.claim(limit=1, suspect=False) or TURNS.claim(limit=1, suspect=True)
    return lease


def test_the_turn_that_is_due_longest_is_claimed_first() -> None:
    waiting = [say(make_coach()) for _ in range(4)]
    for age, turn in enumerate(waiting):
        owner(
            "UPDATE companion_turn SET not_before = now() - %s * interval '1 minute' WHERE id = %s",
            age,
            turn.pk,
        )

    claimed = [claim_one().work_id for _ in range(3)]

    assert claimed == [waiting[3].pk, waiting[2].pk, waiting[1].pk]


def test_a_claim_marks_its_turn_and_takes_no_more_than_asked() -> None:
    coach = make_coach()
    turn = say(coach)
    say(make_coach())

    lease = claim_one()

    claimed = state(coach, turn)
    assert lease == Lease(turn.pk, coach.pk, 1)
    assert (claimed.status, claimed.fence, claimed.attempts) == ("running", 1, 1)
    assert claimed.lease_until is not None
    assert len(TURNS.claim(limit=10, suspect=False)) == 1
    assert TURNS.claim(limit=10, suspect=False) == []


def test_turns_of_one_conversation_run_one_after_the_other() -> None:
    coach = make_coach()
    first, second = say(coach, "First"), say(coach, "Second")

    assert [lease.work_id for lease in TURNS.claim(limit=10, suspect=False)] == [first.pk]
    assert TURNS.claim(limit=10, suspect=False) == []
    change(coach, first, status="done")
    assert [lease.work_id for lease in TURNS.claim(limit=10, suspect=False)] == [second.pk]


def test_a_turn_that_waits_for_its_retry_holds_up_those_behind_it() -> None:
    coach = make_coach()
    first = say(coach, "First")
    say(coach, "Second")
    owner("UPDATE companion_turn SET not_before = now() + interval '1 hour' WHERE id = %s", first.pk)

    assert TURNS.claim(limit=10, suspect=False) == []


def test_two_claimers_never_share_a_turn() -> None:
    coaches = [make_coach() for _ in range(30)]
    waiting = {say(coach).pk for coach in coaches}

    def claim_until_none() -> list[Lease]:
        taken: list[Lease] = []
        while batch := TURNS.claim(limit=2, suspect=False):
            taken += batch
        return taken

    outcomes = at_once([claim_until_none] * 8)

    taken = Counter(lease.work_id for claimed in outcomes for lease in claimed)  # type: ignore[union-attr]
    assert set(taken) <= waiting
    assert set(taken.values()) == {1}
    # A claimer that met a locked row has skipped it; whatever is left is claimed by the next look.
    taken.update(lease.work_id for lease in TURNS.claim(limit=30, suspect=False))
    assert taken == Counter(waiting)


def test_many_claimers_keep_the_order_of_a_conversation() -> None:
    coach = make_coach()
    numbers = [say(coach, f"Message {number}").number for number in range(12)]
    done: list[int] = []

    def work() -> None:
        while len(done) < len(numbers):
            for lease in TURNS.claim(limit=5, suspect=False):
                with tenant(lease.coach_id):
                    done.append(Turn.objects.get(pk=lease.work_id).number)
                    Turn.objects.filter(pk=lease.work_id).update(status="done")

    assert at_once([work] * 4) == [None] * 4
    assert done == numbers


def test_a_turn_with_a_living_lease_is_nobody_elses() -> None:
    say(make_coach())
    claim_one()

    assert TURNS.claim(limit=10, suspect=False) == []


def test_a_lost_lease_is_claimed_again_with_a_higher_fence() -> None:
    coach = make_coach()
    turn = say(coach)
    first = claim_one()
    expire_leases()

    second = claim_one()

    assert (second.work_id, second.fence) == (first.work_id, first.fence + 1)
    assert state(coach, turn).attempts == 2


def test_an_overtaken_claim_writes_nothing() -> None:
    coach = make_coach()
    turn = say(coach)
    with tenant(coach.pk):
        work = attempts.begin(turn)
    expire_leases()
    newer = claim_one()
    before = state(coach, turn)

    with tenant(coach.pk):
        turns.checkpoint(lease=work.lease, text="From the dead")
    with pytest.raises(OvertakenError), tenant(coach.pk):
        attempts.finish(work, "From the dead")
    with pytest.raises(OvertakenError), tenant(coach.pk):
        attempts.fail(work.lease)
    with pytest.raises(OvertakenError), tenant(coach.pk):
        turns.begin(lease=work.lease, now=attempts.NOON, model_name="m", price=attempts.FREE, output_tokens=1)
    TURNS.release([work.lease])
    with tenant(coach.pk):
        assert turns.give_up(lease=work.lease) == []

    after = state(coach, turn)
    assert (after.status, after.fence, after.partial_text) == ("running", newer.fence, "")
    assert (after.lease_until, after.attempts) == (before.lease_until, before.attempts)
    with tenant(coach.pk):
        assert Message.objects.count() == 1
        assert Conversation.objects.get().last_number == turn.number


def test_an_overtaken_claim_cannot_end_the_finished_turn_either() -> None:
    coach = make_coach()
    turn = say(coach)
    with tenant(coach.pk):
        work = attempts.begin(turn)
        attempts.finish(work, "The one answer")

    with pytest.raises(OvertakenError), tenant(coach.pk):
        attempts.finish(work, "A second answer")

    with tenant(coach.pk):
        answers = Message.objects.filter(role="companion").values_list("text", flat=True)
        assert list(answers) == ["The one answer"]


def test_holding_says_which_turns_are_still_ours() -> None:
    kept, cancelled, overtaken = (make_coach() for _ in range(3))
    ours = {coach: say(coach) for coach in (kept, cancelled, overtaken)}
    held = TURNS.claim(limit=3, suspect=False)
    with tenant(cancelled.pk):
        turns.cancel(turn=ours[cancelled], now=attempts.NOON)
    owner("UPDATE companion_turn SET fence = fence + 1 WHERE id = %s", ours[overtaken].pk)
    owner("UPDATE companion_turn SET lease_until = now() + interval '1 second'")

    assert TURNS.hold(held) == {ours[kept].pk}

    ((left,),) = owner("SELECT lease_until - now() FROM companion_turn WHERE id = %s", ours[kept].pk)
    assert left > leases.LEASE_TIME - timedelta(seconds=10)
    ((other,),) = owner("SELECT lease_until - now() FROM companion_turn WHERE id = %s", ours[overtaken].pk)
    assert other < timedelta(seconds=1)


def test_holding_nothing_is_harmless() -> None:
    assert TURNS.hold([]) == set()
    TURNS.release([])


def test_releasing_gives_back_without_counting_the_attempt() -> None:
    coach = make_coach()
    turn = say(coach)
    lease = claim_one()

    TURNS.release([lease])

    released = state(coach, turn)
    assert (released.status, released.attempts, released.lease_until) == ("queued", 0, None)
    assert claim_one().fence == lease.fence + 1


def test_a_turn_is_lost_after_three_silent_attempts_and_not_before() -> None:
    coach = make_coach()
    turn = say(coach)
    for attempt in range(ATTEMPTS):
        assert TURNS.lost() == [], f"lost after {attempt} attempts"
        lease = claim_one()
        expire_leases()

    assert TURNS.claim(limit=1, suspect=False) == []
    assert TURNS.lost() == [lease]
    assert lease.work_id == turn.pk


def test_a_turn_that_is_given_up_lets_the_next_one_through() -> None:
    coach = make_coach()
    say(coach, "First")
    second = say(coach, "Second")
    for _ in range(ATTEMPTS):
        lease = claim_one()
        expire_leases()
    with tenant(coach.pk):
        assert turns.give_up(lease=lease)
        assert turns.give_up(lease=lease) == [], "a second clock finds it given up"

    assert claim_one().work_id == second.pk


@pytest.mark.parametrize(
    "column",
    [sql.Identifier("partial_text"), sql.Identifier("error_words"), sql.Identifier("refusals"), sql.SQL("*")],
    ids=str,
)
def test_the_system_role_cannot_read_what_a_turn_says(column: sql.Composable) -> None:
    say(make_coach())

    with (
        connections["system"].cursor() as cursor,
        pytest.raises(Exception, match="permission denied"),
    ):
        cursor.execute(sql.SQL("SELECT {} FROM companion_turn").format(column))


@pytest.mark.parametrize("table", ["companion_message", "companion_companionpersonality", "coaching_client"])
def test_the_system_role_cannot_read_content_at_all(table: str) -> None:
    with (
        connections["system"].cursor() as cursor,
        pytest.raises(Exception, match="permission denied"),
    ):
        cursor.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table)))


def test_the_system_role_cannot_write_what_a_turn_says() -> None:
    with (
        connections["system"].cursor() as cursor,
        pytest.raises(Exception, match="permission denied"),
    ):
        cursor.execute("UPDATE companion_turn SET partial_text = 'forged'")


def test_a_turn_that_cost_two_workers_is_claimed_alone() -> None:
    coaches = [make_coach() for _ in range(2)]
    turns_of = [say(coach) for coach in coaches]
    for _ in range(2):
        assert len(TURNS.claim(limit=10, suspect=False)) == 2
        expire_leases()

    assert TURNS.claim(limit=10, suspect=False) == []
    (first,), (second,) = TURNS.claim(limit=1, suspect=True), TURNS.claim(limit=1, suspect=True)

    assert {first.work_id, second.work_id} == {turn.pk for turn in turns_of}
    assert TURNS.claim(limit=1, suspect=True) == []
