"""
Signs of life of clock and workers, kept in Redis for the people who watch.

Nothing decides by them: work is found in PostgreSQL. So writing never raises, and Redis away means "unknown".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLostError
from redis.retry import Retry

CLOCK_KEY = "jl:clock:tick"
SILENCE_KEY = "jl:clock:silence"
"""The tick after which the clock fell silent, once somebody has said so."""
CLOCK_IS_LATE_SECONDS = 40
"""Two ticks that did not come, and time for a restart."""
WORKER_KEY = "jl:worker:{name}"
WORKER_SECONDS = 30
"""A worker that has not been seen for so long is gone; it should say so every 10 s."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One worker as it described itself when it was last seen."""

    name: str
    seen_at: datetime
    started_at: datetime
    model: str = ""
    """Empty until the model is open."""
    turns: tuple[str, ...] = ()
    """Ids of what it works on."""
    limit: int = 0
    """How many turns it takes at once."""


def clock_ticked(*, now: datetime) -> None:
    """Note that the clock finished a tick, and say so when somebody had missed it."""
    try:
        pipe = _redis().pipeline()
        pipe.set(CLOCK_KEY, now.isoformat())
        pipe.getdel(SILENCE_KEY)
        _, silent_since = pipe.execute()
    except RedisError as error:
        log.warning("heartbeat.not_written", key=CLOCK_KEY, error=type(error).__name__)
        return
    if silent_since:
        log.info("clock.back", silent_since=silent_since)


def clock_age(*, now: datetime) -> float | None:
    """Return the seconds since the last tick of any clock; None if there was none. Raises RedisError."""
    stamp = _redis().get(CLOCK_KEY)
    return None if stamp is None else (now - datetime.fromisoformat(str(stamp))).total_seconds()


def note_silence(*, now: datetime, since: datetime) -> None:
    """
    Complain of a clock that has fallen silent: once a silence, whichever process notices first.

    `since` is when the caller began to watch: before that it cannot know that a tick is missing.
    """
    try:
        stamp = _redis().get(CLOCK_KEY)
        last = max(datetime.fromisoformat(str(stamp)), since) if stamp else since
        seconds = (now - last).total_seconds()
        if seconds > CLOCK_IS_LATE_SECONDS:
            after = str(stamp or "the beginning")
            told_before = _redis().set(SILENCE_KEY, after, get=True)
            if told_before != after:
                log.error("clock.silent", after=after, seconds=round(seconds))
    except RedisError:
        pass  # whoever needs Redis complains of it


def worker_seen(worker: Worker) -> None:
    """Note that a worker is alive, and what it is doing."""
    key = WORKER_KEY.format(name=worker.name)
    try:
        pipe = _redis().pipeline()
        pipe.hset(key, mapping=_fields(worker))
        pipe.expire(key, WORKER_SECONDS)
        pipe.execute()
    except RedisError as error:
        log.warning("heartbeat.not_written", key=key, error=type(error).__name__)


def worker_gone(name: str) -> None:
    """Forget a worker that ends in good order."""
    key = WORKER_KEY.format(name=name)
    try:
        _redis().delete(key)
    except RedisError as error:
        log.warning("heartbeat.not_written", key=key, error=type(error).__name__)


def workers_seen() -> list[Worker]:
    """List the workers that are alive, by name. Raises RedisError."""
    prefix = WORKER_KEY.format(name="")
    keys = sorted(_redis().scan_iter(match=f"{prefix}*", count=1000))
    pipe = _redis().pipeline(transaction=False)
    for key in keys:
        pipe.hgetall(key)
    found = zip(keys, pipe.execute(), strict=True)
    workers = [_worker(key.removeprefix(prefix), fields) for key, fields in found]
    return [worker for worker in workers if worker]


def _fields(worker: Worker) -> Mapping[Any, Any]:
    return {
        "seen_at": worker.seen_at.isoformat(),
        "started_at": worker.started_at.isoformat(),
        "model": worker.model,
        "turns": " ".join(worker.turns),
        "limit": worker.limit,
    }


def _worker(name: str, fields: Mapping[str, str]) -> Worker | None:
    """Read one; None when it went away between the two looks, or another release wrote it."""
    try:
        return Worker(
            name=name,
            seen_at=datetime.fromisoformat(fields["seen_at"]),
            started_at=datetime.fromisoformat(fields["started_at"]),
            model=fields["model"],
            turns=tuple(fields["turns"].split()),
            limit=int(fields["limit"]),
        )
    except (KeyError, ValueError):
        return None


@cache
def _redis() -> Redis:
    """Connect lazily; a health check must not hang for longer than a probe waits."""
    # The library's own would try for half a minute. Once more, at once, is for a connection that was closed.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionLostError,))
    limits = {"socket_timeout": 2, "retry": retry, "decode_responses": True}
    return Redis(**{**settings.EVENTSTREAM_REDIS, **limits})
