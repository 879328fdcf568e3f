"""
The only door to RQ. What goes through it is a doorbell: the id of a row that is worth looking at.

The row is the truth, so a bell that is not heard costs seconds, never a turn: workers look for themselves.
"""

import time
from functools import cache, partial
from uuid import UUID

import django_rq
import structlog
from django.db import transaction
from redis import RedisError
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLostError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from journeyloop.failpoints import failpoint

QUEUE = "default"
BELL = "companion.scheduling.executor.ring"
"""The one job name that workers know."""
PATIENCE = 1.0
"""Seconds that a request may lose to a Redis that does not answer."""
PAUSE = 5.0
"""Seconds without ringing after that: a page must not wait again for each message."""

log = structlog.get_logger(__name__)


class _Bell:
    """Remembers until when Redis is taken to be away."""

    quiet_until = 0.0


def ring(turn_id: UUID) -> None:
    """Tell a worker of a turn once the row is committed. Never raises."""
    transaction.on_commit(partial(_ring, turn_id))


def _ring(turn_id: UUID) -> None:
    failpoint("bell.ringing")
    if time.monotonic() < _Bell.quiet_until:
        return
    queue = doorbell_queue()
    try:
        # The job before its place in the queue, both in one round trip.
        with queue.connection.pipeline(transaction=False) as together:
            queue.enqueue(
                BELL,
                str(turn_id),
                result_ttl=0,
                failure_ttl=60,
                ttl=60,
                description="ring",
                pipeline=together,
            )
            together.execute()
    except RedisError as error:
        _Bell.quiet_until = time.monotonic() + PAUSE
        log.warning("doorbell.not_rung", turn=str(turn_id), error=type(error).__name__)


def rings_unheard() -> int:
    """Count the rings that no worker has taken yet. Raises RedisError."""
    return int(doorbell_queue().count)


@cache
def doorbell_queue() -> Queue:
    """Open the queue to ring: a Redis that does not answer is given up soon."""
    return _queue(socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def listening_queue() -> Queue:
    """Open the queue to listen, on a connection of its own: silence is no fault there."""
    return _queue(socket_connect_timeout=PATIENCE)


def _queue(**limits: float) -> Queue:
    connection = django_rq.get_connection(QUEUE)
    # The library's own would try for seconds. Once more, at once, is for a connection that was closed.
    retry = Retry(NoBackoff(), 1, supported_errors=(ConnectionLostError,))
    connection.connection_pool.connection_kwargs |= {"retry": retry, **limits}
    # JSON, because a pickled job could run anything.
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)
