"""
The worker's ear: an RQ worker that runs no job. A ring wakes the turn loop; anything else is thrown away.

Whoever can write to Redis can ask RQ to call any function, so this worker calls none: it compares a name. For
the same reason it does none of RQ's upkeep, which calls the failure callbacks of abandoned jobs, and takes no
orders over Redis.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from redis.exceptions import ConnectionError as ConnectionLostError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout, DeserializationError, NoSuchJobError, StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.utils import now

from companion.scheduling.queue import BELL

HEARTBEAT = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class Doorbell(SimpleWorker):
    """Listens until somebody raises in its thread; signals are its owner's business."""

    def __init__(self, queue: Queue, *, on_ring: Callable[[], None]) -> None:
        super().__init__(
            [queue], connection=queue.connection, serializer=JSONSerializer, log_job_description=False
        )
        self._on_ring = on_ring

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Wake the loop for a bell, within microseconds; drop everything else unread."""
        if _name(job) == BELL:
            self._on_ring()
        else:
            log.warning("doorbell.unknown_job", job=job.id)
        # Not `job.delete`: that asks for the job's state, and raises when Redis was emptied meanwhile.
        self.connection.delete(job.key, job.dependents_key, job.dependencies_key)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """
        Wait for a ring.

        RQ would wait in here for a Redis that is lost; our owner has to hear of it, to look more often. It
        would also move what it takes to a list of work in hand, which only its own upkeep empties.
        """
        while True:
            try:
                taken = Queue.lpop([queue.key for queue in self.queues], timeout, connection=self.connection)
                return (self._job(taken[1]), self.queues[0]) if taken else None
            except DequeueTimeout:
                self.heartbeat()
            except NoSuchJobError:
                continue
            except ConnectionLostError as error:
                raise StopRequested from error

    def _job(self, key: bytes) -> Job:
        return Job.fetch(key.decode(), connection=self.connection, serializer=self.serializer)

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say at most twice a minute that somebody listens: RQ would with each ring."""
        if self.last_heartbeat is None or now() - self.last_heartbeat > HEARTBEAT:
            super().heartbeat(timeout, pipeline)

    def check_for_suspension(self, burst: bool) -> None:
        """Take no orders over Redis: a bell that is silenced there would only be heard later."""

    def run_maintenance_tasks(self) -> None:
        """Leave RQ's registries alone: no job of ours ever runs, so none is ever abandoned."""

    def subscribe(self) -> None:
        """Take no orders over Redis."""

    def _install_signal_handlers(self) -> None:
        """Leave signals alone: stopping turns in good order is not RQ's to do."""


def _name(job: Job) -> str:
    """Read a job's name; one that is not JSON has none."""
    try:
        return job.func_name or ""
    except DeserializationError:
        return ""
