"""The doorbell hears one name, and nothing in Redis makes a worker run anything."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Callback, Queue
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.serializers import DefaultSerializer

from companion.scheduling import queue
from companion.scheduling.doorbell import Doorbell

heard: list[str] = []


def call_back(*facts: object) -> None:
    heard.append("callback")


@pytest.fixture
def bells() -> Iterator[Queue]:
    heard.clear()
    bells = queue.doorbell_queue()
    bells.connection.flushall()
    yield bells
    bells.connection.flushall()


def listen(bells: Queue) -> None:
    """Hear all that is queued."""
    Doorbell(bells, on_ring=lambda: heard.append("ring")).work(burst=True, logging_level="WARNING")


def left(bells: Queue) -> set[str]:
    """Name what is in Redis beside the names of queues and of workers that have gone."""
    keys = {key.decode() for key in bells.connection.scan_iter("rq:*")}
    return {key for key in keys if not key.startswith(("rq:queues", "rq:worker"))}


def test_a_ring_wakes_and_leaves_nothing_behind(bells: Queue) -> None:
    bells.enqueue(queue.BELL, "an id")

    listen(bells)

    assert heard == ["ring"]
    assert left(bells) == set()


@pytest.mark.parametrize("serializer", [DefaultSerializer, None], ids=["pickled", "the queue's own JSON"])
def test_any_other_job_is_dropped_unread(bells: Queue, serializer: object, tmp_path: Path) -> None:
    trace = tmp_path / "was-here"
    foreign = Queue(bells.name, connection=bells.connection, serializer=serializer or bells.serializer)
    foreign.enqueue(os.system if serializer else "os.system", f"touch {trace}")
    bells.enqueue(queue.BELL, "an id")

    listen(bells)

    assert heard == ["ring"], "the bell behind it is still heard"
    assert not trace.exists()
    assert left(bells) == set()


def test_a_redis_emptied_while_a_bell_is_heard_ends_no_listening(bells: Queue) -> None:
    def empty_and_ring_again() -> None:
        heard.append("ring")
        if len(heard) == 1:
            bells.connection.flushall()
            bells.enqueue(queue.BELL, "another id")

    bells.enqueue(queue.BELL, "an id")
    Doorbell(bells, on_ring=empty_and_ring_again).work(burst=True, logging_level="CRITICAL")

    assert heard == ["ring", "ring"]


def test_a_callback_of_an_abandoned_job_is_not_called(bells: Queue) -> None:
    job = Job.create(
        "os.getcwd",
        connection=bells.connection,
        serializer=bells.serializer,
        origin=bells.name,
        on_failure=Callback(call_back),
    )
    job.save()
    bells.connection.zadd(StartedJobRegistry(queue=bells).key, {f"{job.id}:1": 1})

    listen(bells)

    assert heard == []


def test_the_worker_takes_no_orders_over_redis(bells: Queue) -> None:
    bell = Doorbell(bells, on_ring=lambda: None)

    bell.subscribe()

    assert bells.connection.pubsub_channels("rq:pubsub:*") == []


def test_a_lost_redis_ends_the_listening(bells: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    bell = Doorbell(bells, on_ring=lambda: None)

    def lost(*args: object, **more: object) -> None:
        raise queue.ConnectionLostError("gone")

    monkeypatch.setattr(Redis, "blpop", lost)
    monkeypatch.setattr(Redis, "blmove", lost)

    # Not in burst: RQ itself would wait in there for Redis to come back.
    bell.work(logging_level="CRITICAL")
