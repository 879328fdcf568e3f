"""What is recorded, in which order, and at what price."""

import threading
from uuid import uuid4

import pytest
from django.db import connections, transaction

from companion.api import events
from companion.api.events import log
from journeyloop.tenancy import NoTenantError, TenantMismatchError, tenant
from tests.fakes.coaches import MakeCoach, StreamingCoach
from tests.processes import Process


def test_an_event_arrives_with_its_number(server: Process, coach: StreamingCoach) -> None:
    stream = coach.open(server).opened()

    coach.record(7)

    (event,) = stream.take(1)
    assert (event.type, event.id, event.json) == ("main-update", "1", {"n": 7})


def test_an_event_of_a_rolled_back_transaction_never_was(server: Process, coach: StreamingCoach) -> None:
    stream = coach.open(server).opened()

    with tenant(coach.id):
        events.record(coach_id=coach.id, event="main-update", data={"n": 1})
        transaction.set_rollback(True)
    coach.record(2)

    (event,) = stream.take(1)
    assert (event.id, event.json) == ("1", {"n": 2})


def test_an_event_takes_one_query_and_text_none(coach: StreamingCoach, django_assert_num_queries) -> None:
    with tenant(coach.id):
        with django_assert_num_queries(1):
            events.record(coach_id=coach.id, event="notification", data={"id": uuid4(), "version": 1})
        with django_assert_num_queries(0):
            events.push_text(coach_id=coach.id, turn_id=uuid4(), offset=0, text="Good morning")


def test_an_event_is_refused_outside_the_coachs_own_tenant(make_coach: MakeCoach) -> None:
    coach, other = make_coach(), make_coach()

    with pytest.raises(NoTenantError):
        events.record(coach_id=coach.id, event="main-update", data={})
    with pytest.raises(TenantMismatchError), tenant(other.id):
        events.record(coach_id=coach.id, event="main-update", data={})


def test_numbers_count_per_coach(make_coach: MakeCoach) -> None:
    coach, other = make_coach(), make_coach()

    coach.record(1, 2, 3)
    other.record(1)

    assert (events.last_number(coach.id), events.last_number(other.id)) == (3, 1)
    assert events.last_number(make_coach().id) == 0


def test_numbers_follow_commits_when_many_record_at_once(coach: StreamingCoach) -> None:
    def record() -> None:
        coach.record(*range(25))
        connections.close_all()

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [entry.number for entry in log.after(coach.id, 0, limit=200)] == list(range(1, 101))


def test_text_and_the_message_that_ends_it_keep_their_order(server: Process, coach: StreamingCoach) -> None:
    stream, turn = coach.open(server).opened(), uuid4()

    for offset in range(50):
        events.push_text(coach_id=coach.id, turn_id=turn, offset=offset, text="é")
    coach.record(1)

    heard = stream.take(51)
    assert [event.json["offset"] for event in heard[:-1]] == list(range(50))
    assert heard[-1].type == "main-update"
