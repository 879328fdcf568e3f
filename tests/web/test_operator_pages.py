"""The queue's pages, for operators: nothing that lies in Redis runs because somebody looks at it."""

import os
import pickle
import time
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.test import Client as Browser
from redis import Redis

from companion.scheduling import queue

# The library's templates lean on variables that are not there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]

PAGES = ["", *(f"queues/0/{name}/" for name in ("failed", "finished", "deferred", "scheduled", "started"))]
called: list[str] = []


class Trap:
    """Runs a command where it is opened."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.trace),)


def call_back(*facts: object) -> None:
    called.append("callback")


@pytest.fixture
def forged(tmp_path: Path) -> Iterator[Path]:
    """A job that somebody wrote into Redis, in every list that the pages show; gives what it would leave."""
    called.clear()
    redis: Redis = queue.doorbell_queue().connection
    redis.flushall()
    opened = pickle.dumps(Trap(tmp_path / "opened"))
    job: Mapping[str, str | bytes] = {
        "created_at": "2026-01-01T00:00:00.000000Z",
        "data": zlib.compress(opened),
        "meta": opened,
        "origin": "default",
        "status": "started",
        "failure_callback_name": f"{__name__}.call_back",
    }
    for name, value in job.items():
        redis.hset("rq:job:forged", name, value)
    for name in ("failed", "finished", "deferred", "scheduled"):
        redis.zadd(f"rq:{name}:default", {"forged": time.time() + 1_000})
    redis.zadd("rq:wip:default", {"forged:1": 1.0})  # long overdue, so that it counts as abandoned
    yield tmp_path / "opened"
    redis.flushall()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_a_pickle_or_calls_back(page: str, as_operator: Browser, forged: Path) -> None:
    assert as_operator.get(f"/django-rq/{page}").status_code == 200

    assert not forged.exists()
    assert called == []


def test_a_forged_job_is_shown_unread(as_operator: Browser, forged: Path) -> None:
    response = as_operator.get("/django-rq/queues/0/forged/")

    assert response.status_code == 200
    assert not forged.exists()
