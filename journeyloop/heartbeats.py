"""
Signs of life of clock and workers, kept in Redis for the people who watch.

Nothing decides by them: work is found in PostgreSQL. So writing never raises, and Redis away means "unknown".
"""

from datetime import datetime
from functools import cache

import structlog
from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLostError
from redis.retry import Retry

CLOCK_KEY = "jl:clock:tick"
WORKER_KEY = "jl:worker:{name}"
WORKER_SECONDS = 30
"""A worker that has not been seen for so long is gone; it should say so every 10 s."""

log = structlog.get_logger(__name__)


def clock_ticked(*, now: datetime) -> None:
    """Note that the clock finished a tick."""
    _write(CLOCK_KEY, now.isoformat(), seconds=None)


def worker_seen(name: str, *, now: datetime) -> None:
    """Note that a worker is alive."""
    _write(WORKER_KEY.format(name=name), now.isoformat(), seconds=WORKER_SECONDS)


def worker_gone(name: str) -> None:
    """Forget a worker that ends in good order."""
    try:
        _redis().delete(WORKER_KEY.format(name=name))
    except RedisError as error:
        log.warning("heartbeat.not_written", key=WORKER_KEY, error=type(error).__name__)


def clock_age(*, now: datetime) -> float | None:
    """Return the seconds since the last tick of any clock; None if there was none. Raises RedisError."""
    stamp = _redis().get(CLOCK_KEY)
    return None if stamp is None else (now - datetime.fromisoformat(str(stamp))).total_seconds()


def workers_seen() -> int:
    """Count the workers that are alive. Raises RedisError."""
    return sum(1 for _ in _redis().scan_iter(match=WORKER_KEY.format(name="*"), count=1000))


def _write(key: str, value: str, *, seconds: int | None) -> None:
    try:
        _redis().set(key, value, ex=seconds)
    except RedisError as error:
        log.warning("heartbeat.not_written", key=key, error=type(error).__name__)


@cache
def _redis() -> Redis:
    """Connect lazily; a health check must not hang for longer than a probe waits."""
    # The library's own would try for half a minute. Once more, at once, is for a connection that was closed.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionLostError,))
    limits = {"socket_timeout": 2, "retry": retry, "decode_responses": True}
    return Redis(**{**settings.EVENTSTREAM_REDIS, **limits})
