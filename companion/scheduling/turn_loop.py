"""
One event loop that carries many turns at once, and a few errands beside them.

It claims its work itself: when the doorbell rings, every few seconds anyway, and when a retry falls due.
"""

import asyncio
import contextlib
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError

from companion.actions.leases import TURNS, Lease
from companion.scheduling.database import Database
from companion.scheduling.errands import ErrandLoop
from companion.scheduling.executor import Attempt, Brain, carry_out, keep_text, leave_text
from journeyloop.failpoints import failpoint
from journeyloop.flags import companion_is_on

LOOK_SECONDS = 5.0
"""How often the rows are looked at although nobody rang."""
LOOK_SECONDS_DEAF = 1.0
"""The same while Redis is away, when nobody can ring."""
HOLD_SECONDS = 2.0
"""How often leases are extended, texts are kept and cancelled turns are noticed."""
ERRANDS_LATER_SECONDS = 0.1
"""How much later errands are looked at when turns were taken first."""
GRACE_SECONDS = 10.0
"""How long turns may go on after the signal to stop."""

log = structlog.get_logger(__name__)


class TurnLoop:
    """Claims and carries turns until told to stop. Lives in one thread; `wake` and `stop` work from any."""

    def __init__(self, *, brain: Brain) -> None:
        self._brain = brain
        self._database = Database()
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._is_stopping = False
        self._running: dict[asyncio.Task[None], Attempt] = {}
        self._errands = ErrandLoop(brain=brain, database=Database(), wake=self._woken.set)
        self._suspects_at = 0.0
        """When suspects are looked for next, on the loop's clock."""
        self.is_deaf = False
        """Whether the doorbell has lost Redis."""

    def wake(self) -> None:
        """Look at the rows now. From any thread; after the end it does nothing."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._woken.set)

    def stop(self) -> None:
        """Claim nothing more, give turns their grace, hand back the rest. From any thread."""
        self._is_stopping = True
        self.wake()

    async def run(self) -> None:
        """Work until told to stop."""
        holding = asyncio.create_task(self._keep_holding())
        while not self._is_stopping:
            self._woken.clear()
            if await self._claim_due():
                # The rest not now: the turns just taken want the database and this thread.
                await self._wait(ERRANDS_LATER_SECONDS)
            else:
                await self._claim_suspect()
                await self._errands.claim_due()
                await self._wait(LOOK_SECONDS_DEAF if self.is_deaf else LOOK_SECONDS)
        await asyncio.gather(self._wind_down(), self._errands.wind_down(GRACE_SECONDS))
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        self._errands.close()
        self._database.close()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _claim_due(self) -> bool:
        """Start what is due, as far as there is room. Returns whether there was any."""
        free = settings.TURNS_PER_WORKER - len(self._running)
        if free <= 0 or not companion_is_on():
            return False
        try:
            taken = await self._database.run(TURNS.claim, limit=free, suspect=False)
        except DatabaseError as error:
            log.warning("turns.not_claimed", error=type(error).__name__)
            return False
        if taken:
            failpoint("turn.claimed")
        for lease in taken:
            self._start(Attempt(lease))
        return bool(taken)

    @property
    def model_name(self) -> str:
        """Which model answers."""
        return self._brain.model.model_name

    @property
    def under_way(self) -> list[UUID]:
        """The turns that this process works on. From any thread."""
        return [attempt.lease.work_id for attempt in list(self._running.values())]

    async def _claim_suspect(self) -> None:
        """At most one at a time, and looked for every few seconds only: there hardly ever is one."""
        now = self._loop.time()
        has_one = any(attempt.is_suspect for attempt in self._running.values())
        if has_one or now < self._suspects_at or not companion_is_on():
            return
        self._suspects_at = now + LOOK_SECONDS
        try:
            taken = await self._database.run(TURNS.claim, limit=1, suspect=True)
        except DatabaseError as error:
            log.warning("turns.not_claimed", error=type(error).__name__)
            return
        for lease in taken:
            log.warning("turn.suspected", turn=str(lease.work_id))
            self._start(Attempt(lease, is_suspect=True))

    def _start(self, attempt: Attempt) -> None:
        log.info("turn.claimed", **attempt.ids)
        task = asyncio.create_task(self._carry(attempt))
        self._running[task] = attempt
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        # The next turn of this conversation may have waited for this one.
        self._woken.set()

    async def _carry(self, attempt: Attempt) -> None:
        try:
            again_in = await carry_out(attempt, brain=self._brain, database=self._database)
        except DatabaseError as error:
            # The lease will run out and the turn be claimed afresh.
            log.warning("turn.database_lost", **attempt.ids, error=type(error).__name__)
            return
        except Exception:
            # The same, and a fault of ours: nobody else would hear of it.
            log.exception("turn.unhandled", turn=str(attempt.lease.work_id))
            return
        if again_in is not None:
            self._loop.call_later((again_in + timedelta(milliseconds=20)).total_seconds(), self._woken.set)

    async def _keep_holding(self) -> None:
        while True:
            await asyncio.sleep(HOLD_SECONDS)
            try:
                await self._hold()
                await self._errands.hold()
            except DatabaseError as error:
                log.warning("leases.not_extended", error=type(error).__name__)
            except Exception:
                # Whatever is wrong with one turn, the leases of the others must go on being extended.
                log.exception("leases.broken")

    async def _hold(self) -> None:
        attempts = dict(self._running)
        if not attempts:
            return
        failpoint("leases.holding")
        held = await self._database.run(TURNS.hold, [each.lease for each in attempts.values()])
        for task, attempt in attempts.items():
            if attempt.lease.work_id in held:
                await self._database.run(keep_text, attempt)
            else:
                log.info("turn.dropped", **attempt.ids, ms=attempt.ms)
                task.cancel("cancelled or overtaken")
                await self._database.run(leave_text, attempt)

    async def _wind_down(self) -> None:
        """Let running turns finish for a while; the others go back to the queue with their lease released."""
        if self._running:
            await asyncio.wait(list(self._running), timeout=GRACE_SECONDS)
        left = dict(self._running)
        for task in left:
            task.cancel("stopping")
        await asyncio.gather(*left, return_exceptions=True)
        if left:
            failpoint("turns.releasing")
            await self._hand_back([attempt.lease for attempt in left.values()])

    async def _hand_back(self, left: list[Lease]) -> None:
        try:
            await self._database.run(TURNS.release, left)
        except DatabaseError as error:
            log.warning("turns.not_handed_back", count=len(left), error=type(error).__name__)
            return
        log.info("turns.handed_back", count=len(left))
