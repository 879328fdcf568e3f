"""The stage for chaos tests: real processes, forked from one that has loaded much, and a model server."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests import database
from tests.chaos.stage import Stage
from tests.chaos.talks import Talk
from tests.fakes.model_server import ModelServer
from tests.fakes.nursery import Child, Nursery
from tests.processes import STARTED

StartWorker = Callable[..., Child]
"""start_worker(name, **environment)"""


@pytest.fixture
def talk(committed: None) -> Talk:
    return Talk()


@pytest.fixture(scope="session")
def _nursery(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery"), lambda: {**os.environ, **database.urls()}) as nursery:
        yield nursery


@pytest.fixture
def nursery(_nursery: Nursery, committed: None, request: pytest.FixtureRequest) -> Iterator[Nursery]:
    """Bears processes that end with the test."""
    request.node.stash[STARTED] = _nursery.children
    yield _nursery
    _nursery.clear()


@pytest.fixture
def stage(nursery: Nursery, model_server: ModelServer) -> Stage:
    return Stage(nursery, model_server)


@pytest.fixture
def start_worker(stage: Stage) -> StartWorker:
    return stage.worker
