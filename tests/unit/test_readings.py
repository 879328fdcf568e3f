"""Reads that are written once and sent together."""

from datetime import timedelta

import pytest
from django.db import connection

from coaching.models import Client, CoachingProfile, CoachingSession, Note, User
from companion.models import CompanionMemory, MicroInteraction
from journeyloop.tenancy import NoTenantError, tenant
from journeyloop.tenancy.readings import AnyOf, Reading, Tally, read, slot
from tests import factories
from tests.fakes.attempts import foreign_fact, say

NAMES = Reading(lambda: Client.objects.order_by("name").values_list("name", "email", named=True))
NOON = factories.NOON


def test_several_are_read_in_one_round_trip(
    in_tenant: CoachingProfile, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    tomas, noor = factories.make_client("Tomás"), factories.make_client("Noor")
    factories.make_session(tomas, NOON)
    factories.make_session(noor, NOON + timedelta(days=9))
    soon = Reading(lambda: CoachingSession.objects.filter(starts_at__lt=slot("until")))

    with django_assert_num_queries(1):  # type: ignore[operator]
        sessions, clients = read(soon(until=NOON + timedelta(days=1)), NAMES())

    assert [session.client_id for session in sessions] == [tomas.pk]
    assert [row.name for row in clients] == ["Noor", "Tomás"]


def test_a_reading_belongs_to_whoever_is_open(coach: User, stranger: User) -> None:
    for user, name in ((coach, "Of Alice"), (stranger, "Of Bob")):
        with tenant(user.coaching_profile.pk):
            factories.make_client(name)

    for user, name in ((coach, "Of Alice"), (stranger, "Of Bob"), (coach, "Of Alice")):
        with tenant(user.coaching_profile.pk):
            (clients,) = read(NAMES())
            assert [row.name for row in clients] == [name]


def test_nothing_is_read_while_no_door_is_open(coach: User) -> None:
    NAMES.statement  # noqa: B018 - written before, so that only the values can fail

    with pytest.raises(NoTenantError):
        read(NAMES())


def test_rows_come_as_the_queryset_would_give_them(practice: CoachingProfile) -> None:
    fact = foreign_fact()
    MicroInteraction.objects.create(turn=say(), kind="choice", prompt="Which?", options=["a", "b"])
    facts = Reading(lambda: CompanionMemory.objects.defer("search"))
    questions = Reading(lambda: MicroInteraction.objects.values_list("options", "kind", named=True))

    (read_fact,), (question,) = read(facts(), questions())

    assert read_fact == fact
    assert (read_fact.statement, read_fact.observed_at) == (fact.statement, fact.observed_at)
    assert read_fact.get_deferred_fields() == {"search"}
    assert (question.options, question.kind) == (["a", "b"], "choice")


def test_a_slot_holds_a_list_of_ids(in_tenant: CoachingProfile) -> None:
    people = [factories.make_client(name) for name in ("Ada", "Ben", "Cid")]
    some = Reading(lambda: Client.objects.filter(AnyOf("pk", slot("ids"))).order_by("name"))

    assert read(some(ids=[people[0].pk, people[2].pk]))[0] == [people[0], people[2]]
    assert read(some(ids=[])) == [[]]


def test_what_belongs_to_a_row_comes_with_it(
    in_tenant: CoachingProfile, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    tomas = factories.make_client("Tomás")
    session = factories.make_session(tomas, NOON)
    Note.objects.create(client=tomas, session=session, text="Within it")
    Note.objects.create(client=tomas, text="Beside it")
    notes = Reading(lambda: Note.objects.select_related("client", "session").order_by("text"))

    with django_assert_num_queries(1):  # type: ignore[operator]
        (found,) = read(notes())
        names = [(note.text, note.client.name, note.session and note.session.starts_at) for note in found]

    assert names == [("Beside it", "Tomás", None), ("Within it", "Tomás", NOON)]


def test_a_tally_counts_the_rows_of_whoever_is_open(coach: User, stranger: User) -> None:
    clients = Tally(lambda: Client.objects.filter(name=slot("name")).order_by("name"))
    for user, count in ((coach, 2), (stranger, 1)):
        with tenant(user.coaching_profile.pk):
            for _ in range(count):
                factories.make_client("Tomás")

    for user, count in ((coach, 2), (stranger, 1)):
        with tenant(user.coaching_profile.pk):
            assert read(clients(name="Tomás"), clients(name="Noor")) == [[count], [0]]


def test_a_reading_is_planned_once_for_everybody(coach: User, stranger: User) -> None:
    newest = Reading(lambda: MicroInteraction.objects.order_by("-id"))

    for user in (coach, stranger):
        with tenant(user.coaching_profile.pk):
            read(newest())

    assert plans(newest) == [(2, 0)]


def plans(reading: Reading) -> list[tuple[int, int]]:
    """Say how often what a reading sends was run by a plan for everybody, and by one for its values alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            [f"%{reading.statement.prepared.sql}"],
        )
        return list(cursor.fetchall())
