"""Statements that PostgreSQL plans once on each connection."""

import pytest
from django.db import DatabaseError, NotSupportedError, ProgrammingError, connection, transaction

from journeyloop.postgres.prepared import Prepared, from_named, run

pytestmark = pytest.mark.django_db

SUM = from_named("SELECT %(left)s::int + %(right)s::int + %(left)s::int", name="sum")
HELLO = Prepared("SELECT 'hello'", (), "hello")


def prepared_as(name: str) -> list[tuple[int]]:
    """List how often each of a name was run."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE name LIKE %s",
            [f"{name}_%"],
        )
        return list(cursor.fetchall())


def test_several_go_in_one_round_trip_each_with_its_values(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = run(connection, [SUM.filled(left=1, right=40), HELLO.filled(), SUM.filled(left=2, right=0)])

    assert found == [[(42,)], [("hello",)], [(4,)]]


def test_a_connection_prepares_a_statement_once() -> None:
    twice = Prepared("SELECT 1", (), "twice")

    for _ in range(2):
        run(connection, [twice.filled()])

    assert prepared_as("twice") == [(2,)]


def test_one_that_gives_no_rows_gives_none() -> None:
    setting = Prepared("DELETE FROM django_session WHERE session_key = $1", ("key",), "gone")

    assert run(connection, [setting.filled(key="none"), HELLO.filled()]) == [[], [("hello",)]]


def test_what_was_prepared_outlives_a_transaction_that_is_undone() -> None:
    kept = Prepared("SELECT 7", (), "kept")
    with transaction.atomic():
        run(connection, [kept.filled()])
        transaction.set_rollback(True)

    assert run(connection, [kept.filled()]) == [[(7,)]]


def test_a_broken_statement_spoils_no_other() -> None:
    sound, broken = Prepared("SELECT 5", (), "sound"), Prepared("SELECT nothing_there", (), "broken")
    with pytest.raises(ProgrammingError), transaction.atomic():
        run(connection, [sound.filled(), broken.filled()])

    assert run(connection, [sound.filled()]) == [[(5,)]]


def test_after_a_migration_of_what_it_reads_a_statement_is_prepared_afresh() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE moods (mood varchar(5)); INSERT INTO moods VALUES ('calm')")
    moods = Prepared("SELECT mood FROM moods", (), "moods")
    run(connection, [moods.filled()])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moods ALTER COLUMN mood TYPE varchar(50)")

    with pytest.raises(NotSupportedError), transaction.atomic():
        run(connection, [moods.filled()])

    assert run(connection, [moods.filled()]) == [[("calm",)]]


def test_a_statement_that_the_server_has_forgotten_is_prepared_afresh() -> None:
    run(connection, [HELLO.filled()])
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")

    with pytest.raises(DatabaseError), transaction.atomic():
        run(connection, [HELLO.filled()])

    assert run(connection, [HELLO.filled()]) == [[("hello",)]]


def test_what_a_statement_is_refused_leaves_it_prepared() -> None:
    refused = Prepared("SELECT count(*) FROM pg_authid", (), "refused")
    for _ in range(2):
        with pytest.raises(ProgrammingError), transaction.atomic():
            run(connection, [refused.filled()])

    assert len(prepared_as("refused")) == 1
