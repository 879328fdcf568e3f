"""
The worker process: the main thread hears the doorbell, a second one carries turns in an event loop.

SIGTERM is ours: claim nothing more, give turns ten seconds, release what is left, be gone within twenty.
"""

import asyncio
import signal
import socket
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.utils import timezone
from redis import RedisError
from rq.exceptions import StopRequested

from companion.scheduling.doorbell import Doorbell
from companion.scheduling.queue import listening_queue
from journeyloop import heartbeats
from journeyloop.ids import uuid7

if TYPE_CHECKING:
    from companion.scheduling.turn_loop import TurnLoop

SEEN_SECONDS = 10
LEAVE_SECONDS = 18

log = structlog.get_logger(__name__)


class Worker:
    """One worker process."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}-{uuid7().hex[-8:]}"
        self._started_at = timezone.now()
        self._loop: TurnLoop | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._carry_turns, name="turns")

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        # Seen before the model library is loaded, which takes a second or more.
        self._show_itself()
        log.info("worker.started", worker=self.name, turns_at_once=settings.TURNS_PER_WORKER)
        self._thread.start()
        threading.Thread(target=self._be_seen, name="heartbeat", daemon=True).start()
        try:
            # In here, for they raise: a signal must find somebody who winds down.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._leave)
            while not self._stopping.is_set():
                self._listen()
        except StopRequested:
            pass
        self._wind_down()

    def _leave(self, number: int, frame: FrameType | None) -> None:
        if self._stopping.is_set():
            return
        self._stopping.set()
        raise StopRequested

    def _listen(self) -> None:
        """Hear the doorbell until it breaks; then pause and try again, polling faster meanwhile."""
        try:
            bell = Doorbell(listening_queue(), on_ring=self._wake)
            bell.connection.ping()
            self._hear(is_deaf=False)
            bell.work(logging_level="WARNING")
        except RedisError as error:
            log.warning("doorbell.deaf", error=type(error).__name__)
            self._hear(is_deaf=True)
        if not self._stopping.is_set():
            time.sleep(1)

    def _hear(self, *, is_deaf: bool) -> None:
        if self._loop is not None and self._loop.is_deaf != is_deaf:
            self._loop.is_deaf = is_deaf
            self._loop.wake()

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.wake()

    def _carry_turns(self) -> None:
        try:
            asyncio.run(self._run_loop())
        except Exception:
            log.exception("worker.loop_broken")
        finally:
            if not self._stopping.is_set():
                signal.raise_signal(signal.SIGTERM)

    async def _run_loop(self) -> None:
        # Here and not at the top: this loads the model library, which no web process may do.
        from companion.scheduling.brains import open_brain
        from companion.scheduling.turn_loop import TurnLoop

        self._loop = TurnLoop(brain=open_brain())
        log.info("worker.ready", worker=self.name)
        if self._stopping.is_set():
            self._loop.stop()
        await self._loop.run()

    def _be_seen(self) -> None:
        while not self._stopping.wait(SEEN_SECONDS):
            self._show_itself()
            heartbeats.note_silence(now=timezone.now(), since=self._started_at)

    def _show_itself(self) -> None:
        loop = self._loop
        heartbeats.worker_seen(
            heartbeats.Worker(
                name=self.name,
                seen_at=timezone.now(),
                started_at=self._started_at,
                model=loop.model_name if loop else "",
                turns=tuple(str(turn_id) for turn_id in loop.under_way) if loop else (),
                limit=settings.TURNS_PER_WORKER,
            )
        )

    def _wind_down(self) -> None:
        log.info("worker.stopping", worker=self.name)
        if self._loop is not None:
            self._loop.stop()
        self._thread.join(LEAVE_SECONDS)
        heartbeats.worker_gone(self.name)
        log.info("worker.gone", worker=self.name)
