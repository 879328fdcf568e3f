"""What a short absence of the database does to a process that lives through it: nothing."""

import asyncio

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.db.utils import DatabaseError, IntegrityError

from companion.scheduling import database
from companion.scheduling.database import Database
from tests.database import urls

pytestmark = pytest.mark.usefixtures("committed")

HANG_UP = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
"""


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_the_server_closed_in_the_pool_is_not_handed_out() -> None:
    before = backend()
    connections.close_all()
    with psycopg.connect(urls()["DATABASE_URL"], autocommit=True) as other:
        other.execute(HANG_UP)

    assert backend() != before


class Work:
    """Fails so many times."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error, self.done = failures, error, 0

    def __call__(self) -> str:
        self.done += 1
        if self.done <= self.failures:
            raise self.error
        return "stored"


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.2)


def patiently(work: Work) -> str:
    return asyncio.run(Database().patiently(work))


def test_work_waits_for_the_database_to_come_back() -> None:
    work = Work(3, OperationalError("refused"))

    assert (patiently(work), work.done) == ("stored", 4)


def test_work_waits_for_a_database_that_takes_no_writes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        with pytest.raises(DatabaseError) as refusal:
            cursor.execute("DELETE FROM coaching_apikey")
        cursor.execute("SET default_transaction_read_only = off")

    assert patiently(Work(3, refusal.value)) == "stored"


def test_an_outage_without_end_is_given_up() -> None:
    with pytest.raises(OperationalError):
        patiently(Work(10_000, OperationalError("refused")))


def test_what_no_waiting_mends_is_not_tried_again() -> None:
    work = Work(1, IntegrityError("twice"))

    with pytest.raises(IntegrityError):
        patiently(work)
    assert work.done == 1
