"""Signs of life: what workers say of themselves, and one complaint of a clock that falls silent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis, RedisError
from structlog.testing import capture_logs

from companion.scheduling import queue
from journeyloop import heartbeats
from journeyloop.heartbeats import CLOCK_IS_LATE_SECONDS, SILENCE_KEY, WORKER_KEY, Worker
from tests.factories import NOON
from tests.fakes.parallel import at_once

LATE = timedelta(seconds=CLOCK_IS_LATE_SECONDS + 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def redis() -> Redis:
    connection: Redis = queue.doorbell_queue().connection
    connection.flushall()
    return connection


def said(at: datetime, *, since: datetime = LONG_AGO) -> list[str]:
    """What one process logs when it looks at the clock."""
    with capture_logs() as lines:
        heartbeats.note_silence(now=at, since=since)
    return [line["event"] for line in lines]


def test_a_silence_is_told_once_whoever_notices() -> None:
    heartbeats.clock_ticked(now=NOON)

    assert said(NOON + LATE - timedelta(seconds=2)) == []
    assert said(NOON + LATE) == ["clock.silent"]
    assert said(NOON + LATE) == []
    assert said(NOON + 5 * LATE) == []


def test_of_many_that_notice_at_once_one_tells() -> None:
    heartbeats.clock_ticked(now=NOON)

    with capture_logs() as lines:
        at_once([lambda: heartbeats.note_silence(now=NOON + LATE, since=LONG_AGO)] * 8)

    assert [line["event"] for line in lines] == ["clock.silent"]


def test_a_clock_that_is_back_says_so_and_its_next_silence_is_told_again() -> None:
    heartbeats.clock_ticked(now=NOON)
    said(NOON + LATE)
    back = NOON + 2 * LATE

    with capture_logs() as lines:
        heartbeats.clock_ticked(now=back)
        heartbeats.clock_ticked(now=back)

    assert [line["event"] for line in lines] == ["clock.back"]
    assert said(back + LATE) == ["clock.silent"]


def test_who_has_only_begun_to_watch_waits_before_it_complains() -> None:
    assert said(NOON, since=NOON) == []
    assert said(NOON + LATE, since=NOON) == ["clock.silent"]


def test_without_redis_nobody_complains_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def __getattr__(self, name: str) -> Any:
            raise RedisError("away")

    monkeypatch.setattr(heartbeats, "_redis", Away)

    assert said(NOON + LATE) == []
    with capture_logs() as lines:
        heartbeats.clock_ticked(now=NOON)
        heartbeats.worker_seen(Worker(name="one", seen_at=NOON, started_at=NOON))
        heartbeats.worker_gone("one")
    assert [line["event"] for line in lines] == ["heartbeat.not_written"] * 3


def test_workers_are_seen_as_they_describe_themselves_until_they_go(redis: Redis) -> None:
    busy = Worker(name="one", seen_at=NOON, started_at=LONG_AGO, model="offline", turns=("a", "b"), limit=32)
    starting = Worker(name="two", seen_at=NOON, started_at=NOON)

    heartbeats.worker_seen(starting)
    heartbeats.worker_seen(busy)
    assert heartbeats.workers_seen() == [busy, starting]
    assert 0 < redis.ttl(WORKER_KEY.format(name="one")) <= heartbeats.WORKER_SECONDS

    heartbeats.worker_gone("one")
    assert heartbeats.workers_seen() == [starting]


def test_what_another_release_wrote_hides_no_worker_of_ours(redis: Redis) -> None:
    redis.hset(WORKER_KEY.format(name="other"), mapping={"seen": "yesterday"})
    ours = Worker(name="ours", seen_at=NOON, started_at=NOON)
    heartbeats.worker_seen(ours)

    assert heartbeats.workers_seen() == [ours]
    assert redis.get(SILENCE_KEY) is None
