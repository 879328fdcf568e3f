"""
The worker's ear: an RQ worker that runs no job. A ring wakes the turn loop; anything else is thrown away.

Whoever can write to Redis can ask RQ to call any function, so this worker calls none: it compares a name.
"""

from collections.abc import Callable

import structlog
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer

from companion.scheduling.queue import BELL

log = structlog.get_logger(__name__)


class Doorbell(SimpleWorker):
    """Listens until somebody raises in its thread; signals are its owner's business."""

    max_connection_wait_time = 2.0

    def __init__(self, queue: Queue, *, on_ring: Callable[[], None]) -> None:
        super().__init__(
            [queue], connection=queue.connection, serializer=JSONSerializer, log_job_description=False
        )
        self._on_ring = on_ring

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Wake the loop for a bell, within microseconds; drop everything else unread."""
        if job.func_name == BELL:
            self._on_ring()
        else:
            log.warning("doorbell.unknown_job", job=job.id)
        job.delete()

    def _install_signal_handlers(self) -> None:
        """Leave signals alone: stopping turns in good order is not RQ's to do."""
