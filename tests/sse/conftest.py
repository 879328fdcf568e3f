"""One web process, its database and its wire to Redis, shared by the stream's tests."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings

from coaching.models import CoachingProfile, User
from tests.fakes.coaches import MakeCoach, StreamingCoach, sign_in
from tests.fakes.web_process import serving
from tests.fakes.wire import Wire
from tests.processes import Process


@pytest.fixture(scope="session")
def wire() -> Iterator[Wire]:
    """The server's way to Redis. This process publishes by another, whole one."""
    wire = Wire(settings.EVENTSTREAM_REDIS["port"])
    yield wire
    wire.cut()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, wire: Wire) -> Iterator[Process]:
    with serving(tmp_path_factory.mktemp("web"), wire) as server:
        yield server
        assert "Traceback" not in server.log


@pytest.fixture(scope="module")
def hasty_server(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, wire: Wire
) -> Iterator[Process]:
    with serving(tmp_path_factory.mktemp("hasty"), wire, "tests.fakes.hasty_server:application") as server:
        yield server


@pytest.fixture
def make_coach(committed: None) -> Iterator[MakeCoach]:
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
