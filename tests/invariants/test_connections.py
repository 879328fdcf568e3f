"""A connection that is used again carries nothing of the practice that used it before."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection

import pytest
from django.conf import settings
from django.db import connection

from coaching.models import Client
from journeyloop.handler import THREADS
from journeyloop.tenancy import tenant
from tests.fakes.coaches import sign_in
from tests.processes import Process
from tests.twins import Practice, Twins

REQUESTS = 200
VISITS = 60


@pytest.fixture
def _small_pool() -> Iterator[None]:
    options = connection.settings_dict["OPTIONS"]
    before = options["pool"]
    connection.close()
    connection.close_pool()
    options["pool"] = {**before, "min_size": 2, "max_size": 2}
    yield
    connection.close()
    connection.close_pool()
    options["pool"] = before


@pytest.mark.usefixtures("committed", "_small_pool")
def test_a_connection_forgets_the_practice_it_served(twins: Twins) -> None:
    left, foreign = [], []
    for number in range(VISITS):
        practice = (twins.alice, twins.bob)[number % 2]
        names = _visit(practice, fails=number % 5 == 0)
        foreign += [name for name in names if not name.startswith(practice.mark)]
        left.append(_settings())
        connection.close()  # back to the pool, as after each request

    assert set(left) == {("", "")}
    assert foreign == []


def _visit(practice: Practice, *, fails: bool) -> list[str]:
    names: list[str] = []
    with suppress(ZeroDivisionError), tenant(practice.coach.pk):
        names = list(Client.objects.values_list("name", flat=True))
        1 // (not fails)
    return names


def _settings() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.coach', true), current_setting('app.client', true)")
        return tuple(value or "" for value in cursor.fetchone())


def test_two_coaches_at_once_get_their_own_pages(server: Process, twins: Twins) -> None:
    cookies = {practice: _cookie(practice) for practice in (twins.alice, twins.bob)}
    pairs = [(twins.alice, twins.bob), (twins.bob, twins.alice)]

    def visit(number: int) -> str:
        practice, other = pairs[number % 2]
        hangs_up = number % 5 == 0
        page = _get(server, cookies[practice], hangs_up=hangs_up)
        told = practice.mark.encode() in page and other.mark.encode() not in page
        return "ok" if hangs_up or told else f"{practice.mark}: {page[:200]!r}"

    with ThreadPoolExecutor(16) as threads:
        answers = set(threads.map(visit, range(REQUESTS)))

    assert answers == {"ok"}


def _cookie(practice: Practice) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={sign_in(practice.coach.user).session_key}"


def _get(server: Process, cookie: str, *, hangs_up: bool) -> bytes:
    browser = HTTPConnection("127.0.0.1", server.port, timeout=30)
    browser.request("GET", "/clients/", headers={"Cookie": cookie})
    page = b"" if hangs_up else browser.getresponse().read()
    browser.close()
    return page


def test_requests_that_wait_for_the_database_leave_threads_to_the_others() -> None:
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]

    assert pool["max_size"] + pool["max_waiting"] < THREADS
