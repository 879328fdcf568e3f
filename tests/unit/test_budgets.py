"""Money: set aside before a call, settled after it, never overdrawn."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from coaching.actions.accounts import confirm_time_zone
from coaching.models import CoachingProfile
from companion.actions import turns, usage
from companion.engine.usage import Usage
from companion.models import (
    CompanionState,
    Turn,
    UsageEntry,
)
from journeyloop.tenancy import tenant
from tests import factories
from tests.fakes import attempts
from tests.fakes.attempts import (
    NOON,
    begin,
    fail,
    say,
)
from tests.fakes.parallel import at_once, meanwhile


def reserve(coach: CoachingProfile, turn: Turn, worst: str = "0.50") -> bool:
    try:
        with tenant(coach.pk), transaction.atomic():
            usage.reserve(
                call=usage.Call(work=turn, fence=1),
                model_name="m",
                worst_usd=Decimal(worst),
                now=NOON,
            )
    except usage.BudgetSpentError:
        return False
    return True


def test_fifty_reservations_at_once_with_money_for_ten_make_ten(committed: None) -> None:
    coach = factories.make_newcomer()
    with tenant(coach.pk):
        waiting = [say(f"Message {number}") for number in range(50)]

    outcomes = at_once([partial(reserve, coach, turn) for turn in waiting])

    assert sorted(outcomes, key=str) == [False] * 40 + [True] * 10
    with tenant(coach.pk):
        assert UsageEntry.objects.count() == 10
        spent = UsageEntry.objects.spent_since(usage.day_began(NOON))
        assert [each["usd"] for each in spent] == [Decimal(5)]


def test_a_reservation_waits_for_one_that_is_not_committed_yet(committed: None) -> None:
    coach = factories.make_newcomer()
    with tenant(coach.pk):
        CompanionState.objects.update(daily_budget_usd=Decimal("0.60"))
        first, second = say("One"), say("Two")

    with tenant(coach.pk):
        assert reserve(coach, first)
        other = meanwhile(partial(reserve, coach, second))

    assert other.result(10) is False


def test_what_is_settled_frees_what_was_reserved_too_much(practice: CoachingProfile) -> None:
    CompanionState.objects.update(daily_budget_usd=Decimal("0.60"))
    first, second = say("One"), say("Two")
    assert reserve(practice, first)
    assert not reserve(practice, second)

    used = Usage(input_tokens=900, cost=Decimal("0.01"))
    usage.settle(call=usage.Call(work=first, fence=1), used=used, now=NOON)

    assert reserve(practice, second)


def test_yesterdays_spending_does_not_count(practice: CoachingProfile) -> None:
    CompanionState.objects.update(daily_budget_usd=Decimal("0.60"))
    first, second = say("One"), say("Two")
    assert reserve(practice, first)

    UsageEntry.objects.update(reserved_at=usage.day_began(NOON) - timedelta(seconds=1))

    assert reserve(practice, second)


def test_moving_to_where_midnight_has_just_passed_brings_no_new_budget(practice: CoachingProfile) -> None:
    CompanionState.objects.update(daily_budget_usd=Decimal("0.60"))
    first, second = say("One"), say("Two")
    assert reserve(practice, first)
    UsageEntry.objects.update(reserved_at=NOON - timedelta(hours=1))

    user = practice.user
    confirm_time_zone(user=user, time_zone="Pacific/Auckland", now=NOON)  # one hour past midnight there

    assert not reserve(practice, second)


def test_a_spent_budget_stops_the_turn_before_the_model_is_asked(practice: CoachingProfile) -> None:
    CompanionState.objects.update(daily_budget_usd=Decimal(0))
    turn = say()

    with pytest.raises(usage.BudgetSpentError), transaction.atomic():
        begin(turn, price=attempts.DEAR)

    assert not UsageEntry.objects.exists()


def test_a_reservation_bounds_the_price_in_every_alphabet(practice: CoachingProfile) -> None:
    plain, cyrillic = say("a" * 3_000), say("я" * 3_000)

    begin(plain, price=attempts.DEAR)
    turns.cancel(turn=plain, now=NOON)
    begin(cyrillic, price=attempts.DEAR)

    less, more = UsageEntry.objects.order_by("turn__number").values_list("reserved_usd", flat=True)
    assert more - less >= Decimal("0.0025"), "twice the bytes, not the same number of characters"


def test_an_attempt_that_broke_on_our_side_keeps_its_reservation(practice: CoachingProfile) -> None:
    work = begin(say(), price=attempts.DEAR)

    fail(work.lease, code="broken")

    assert UsageEntry.objects.get().cost_usd is None


def test_a_refused_call_costs_nothing_and_an_unreadable_one_what_it_used(practice: CoachingProfile) -> None:
    turn = say()
    fail(begin(turn, price=attempts.DEAR).lease, used=Usage())
    fail(
        begin(turn, price=attempts.DEAR).lease,
        code="unreadable",
        used=Usage(output_tokens=9, cost=Decimal("0.02")),
    )

    costs = UsageEntry.objects.order_by("fence").values_list("cost_usd", flat=True)
    assert list(costs) == [Decimal(0), Decimal("0.02")]


def test_a_call_that_nobody_prices_costs_what_it_was_reserved_at() -> None:
    price = usage.Price(input_usd=Decimal(10), output_usd=Decimal(50))

    assert price.of(Usage(input_tokens=1_000, output_tokens=100)).cost == Decimal("0.015")
    assert price.of(Usage(input_tokens=1_000, cost=Decimal("0.002"))).cost == Decimal("0.002")
