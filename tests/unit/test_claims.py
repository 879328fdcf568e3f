"""Who works on which turn: leases by the database's clock, and fences that silence the overtaken."""

from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import connections
from psycopg import sql

from coaching.models import CoachingProfile
from companion.actions import claims, turns
from companion.actions.claims import ATTEMPTS, Claim
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


def claim_one() -> Claim:
    (claim,) = claims.claim_turns(limit=1) or claims.claim_suspect()
    return claim


def test_the_turn_that_is_due_longest_is_claimed_first() -> None:
    waiting = [say(make_coach()) for _ in range(4)]
    for age, turn in enumerate(waiting):
        owner(
            "UPDATE companion_turn SET not_before = now() - %s * interval '1 minute' WHERE id = %s",
            age,
            turn.pk,
        )

    claimed = [claim_one().turn_id for _ in range(3)]

    assert claimed == [waiting[3].pk, waiting[2].pk, waiting[1].pk]


def test_a_claim_marks_its_turn_and_takes_no_more_than_asked() -> None:
    coach = make_coach()
    turn = say(coach)
    say(make_coach())

    claim = claim_one()

    claimed = state(coach, turn)
    assert claim == Claim(turn.pk, coach.pk, 1)
    assert (claimed.status, claimed.fence, claimed.attempts) == ("running", 1, 1)
    assert claimed.lease_until is not None
    assert len(claims.claim_turns(limit=10)) == 1
    assert claims.claim_turns(limit=10) == []


def test_turns_of_one_conversation_run_one_after_the_other() -> None:
    coach = make_coach()
    first, second = say(coach, "First"), say(coach, "Second")

    assert [claim.turn_id for claim in claims.claim_turns(limit=10)] == [first.pk]
    assert claims.claim_turns(limit=10) == []
    change(coach, first, status="done")
    assert [claim.turn_id for claim in claims.claim_turns(limit=10)] == [second.pk]


def test_a_turn_that_waits_for_its_retry_holds_up_those_behind_it() -> None:
    coach = make_coach()
    first = say(coach, "First")
    say(coach, "Second")
    owner("UPDATE companion_turn SET not_before = now() + interval '1 hour' WHERE id = %s", first.pk)

    assert claims.claim_turns(limit=10) == []


def test_two_claimers_never_share_a_turn() -> None:
    coaches = [make_coach() for _ in range(30)]
    waiting = {say(coach).pk for coach in coaches}

    def claim_until_none() -> list[Claim]:
        taken: list[Claim] = []
        while batch := claims.claim_turns(limit=2):
            taken += batch
        return taken

    outcomes = at_once([claim_until_none] * 8)

    taken = Counter(claim.turn_id for claimed in outcomes for claim in claimed)  # type: ignore[union-attr]
    assert set(taken) <= waiting
    assert set(taken.values()) == {1}
    # A claimer that met a locked row has skipped it; whatever is left is claimed by the next look.
    taken.update(claim.turn_id for claim in claims.claim_turns(limit=30))
    assert taken == Counter(waiting)


def test_many_claimers_keep_the_order_of_a_conversation() -> None:
    coach = make_coach()
    numbers = [say(coach, f"Message {number}").number for number in range(12)]
    done: list[int] = []

    def work() -> None:
        while len(done) < len(numbers):
            for claim in claims.claim_turns(limit=5):
                with tenant(claim.coach_id):
                    done.append(Turn.objects.get(pk=claim.turn_id).number)
                    Turn.objects.filter(pk=claim.turn_id).update(status="done")

    assert at_once([work] * 4) == [None] * 4
    assert done == numbers


def test_a_turn_with_a_living_lease_is_nobody_elses() -> None:
    say(make_coach())
    claim_one()

    assert claims.claim_turns(limit=10) == []


def test_a_lost_lease_is_claimed_again_with_a_higher_fence() -> None:
    coach = make_coach()
    turn = say(coach)
    first = claim_one()
    expire_leases()

    second = claim_one()

    assert (second.turn_id, second.fence) == (first.turn_id, first.fence + 1)
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
        turns.checkpoint(claim=work.claim, text="From the dead")
    with pytest.raises(turns.OvertakenError), tenant(coach.pk):
        attempts.finish(work, "From the dead")
    with pytest.raises(turns.OvertakenError), tenant(coach.pk):
        attempts.fail(work.claim)
    with pytest.raises(turns.OvertakenError), tenant(coach.pk):
        turns.begin(claim=work.claim, now=attempts.NOON, model_name="m", price=attempts.FREE, output_tokens=1)
    claims.release([work.claim])
    with tenant(coach.pk):
        assert turns.give_up(claim=work.claim) == []

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

    with pytest.raises(turns.OvertakenError), tenant(coach.pk):
        attempts.finish(work, "A second answer")

    with tenant(coach.pk):
        answers = Message.objects.filter(role="companion").values_list("text", flat=True)
        assert list(answers) == ["The one answer"]


def test_holding_says_which_turns_are_still_ours() -> None:
    kept, cancelled, overtaken = (make_coach() for _ in range(3))
    ours = {coach: say(coach) for coach in (kept, cancelled, overtaken)}
    held = claims.claim_turns(limit=3)
    with tenant(cancelled.pk):
        turns.cancel(turn=ours[cancelled], now=attempts.NOON)
    owner("UPDATE companion_turn SET fence = fence + 1 WHERE id = %s", ours[overtaken].pk)
    owner("UPDATE companion_turn SET lease_until = now() + interval '1 second'")

    assert claims.hold(held) == {ours[kept].pk}

    ((left,),) = owner("SELECT lease_until - now() FROM companion_turn WHERE id = %s", ours[kept].pk)
    assert left > claims.LEASE - timedelta(seconds=10)
    ((other,),) = owner("SELECT lease_until - now() FROM companion_turn WHERE id = %s", ours[overtaken].pk)
    assert other < timedelta(seconds=1)


def test_holding_nothing_is_harmless() -> None:
    assert claims.hold([]) == set()
    claims.release([])


def test_releasing_gives_back_without_counting_the_attempt() -> None:
    coach = make_coach()
    turn = say(coach)
    claim = claim_one()

    claims.release([claim])

    released = state(coach, turn)
    assert (released.status, released.attempts, released.lease_until) == ("queued", 0, None)
    assert claim_one().fence == claim.fence + 1


def test_a_turn_is_lost_after_three_silent_attempts_and_not_before() -> None:
    coach = make_coach()
    turn = say(coach)
    for attempt in range(ATTEMPTS):
        assert claims.lost() == [], f"lost after {attempt} attempts"
        claim = claim_one()
        expire_leases()

    assert claims.claim_turns(limit=1) == []
    assert claims.lost() == [claim]
    assert claim.turn_id == turn.pk


def test_a_turn_that_is_given_up_lets_the_next_one_through() -> None:
    coach = make_coach()
    say(coach, "First")
    second = say(coach, "Second")
    for _ in range(ATTEMPTS):
        claim = claim_one()
        expire_leases()
    with tenant(coach.pk):
        assert turns.give_up(claim=claim)
        assert turns.give_up(claim=claim) == [], "a second clock finds it given up"

    assert claim_one().turn_id == second.pk


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
        assert len(claims.claim_turns(limit=10)) == 2
        expire_leases()

    assert claims.claim_turns(limit=10) == []
    (first,), (second,) = claims.claim_suspect(), claims.claim_suspect()

    assert {first.turn_id, second.turn_id} == {turn.pk for turn in turns_of}
    assert claims.claim_suspect() == []
