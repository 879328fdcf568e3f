"""One web process, its database and its wire to Redis, shared by the stream's tests."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from coaching.models import CoachingProfile, User
from tests.fakes.coaches import MakeCoach, StreamingCoach, sign_in
from tests.fakes.web_process import Server, serving
from tests.fakes.wire import Wire


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Committed rows, which another process sees; each test has its own coaches."""
    with django_db_blocker.unblock():
        yield
        with connections["owner"].cursor() as cursor:
            cursor.execute("TRUNCATE coaching_user, django_session CASCADE")
        connections.close_all()


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    """The server's way to Redis. This process publishes by another, whole one."""
    wire = Wire(settings.EVENTSTREAM_REDIS["port"])
    yield wire
    wire.cut()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database: None, wire: Wire) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("web"), wire) as server:
        yield server
        assert "Traceback" not in server.log


@pytest.fixture(scope="module")
def hasty_server(tmp_path_factory: pytest.TempPathFactory, database: None, wire: Wire) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("hasty"), wire, "tests.fakes.hasty_server:application") as server:
        yield server


@pytest.fixture
def make_coach(database: None) -> Iterator[MakeCoach]:
    made: list[StreamingCoach] = []

    def make() -> StreamingCoach:
        user = User.objects.create_user(f"{uuid4()}@example.com")
        coach = StreamingCoach(CoachingProfile.objects.create(user=user), sign_in(user))
        made.append(coach)
        return coach

    yield make
    for coach in made:
        for reader in coach.readers:
            reader.close()


@pytest.fixture
def coach(make_coach: MakeCoach) -> StreamingCoach:
    return make_coach()
