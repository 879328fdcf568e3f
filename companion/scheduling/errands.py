"""
Errands in the worker's event loop: claimed beside turns, within a small limit of their own.

So that errands never hold up a turn, they have their own places, and what computes for long runs in a
process of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog
from django.db import DatabaseError

from companion.actions import errands, told
from companion.actions.errands import ErrandError
from companion.actions.leases import ERRANDS, Lease, OvertakenError
from companion.api import events
from companion.models import Errand
from companion.scheduling.analysis import analyse_session
from companion.scheduling.database import Database
from companion.scheduling.executor import Brain
from companion.scheduling.reading import read_transcript
from journeyloop.tenancy import tenant

AT_ONCE = 3
"""Errands under way in one worker."""

log = structlog.get_logger(__name__)


Carry = Callable[[Lease, Errand, Brain, Database], Awaitable[None]]
"""
Brings one errand to its end: stores its result and calls `errands.finish` in one transaction.

Every write names the lease; the errand is the row as it was when work began. Raises ErrandError when it could
not, OvertakenError when it was cancelled meanwhile.
"""


KINDS: Mapping[Errand.Kind, Carry] = {
    Errand.Kind.READ_TRANSCRIPT: read_transcript,
    Errand.Kind.ANALYSE_SESSION: analyse_session,
}
"""How each kind of errand is done."""


class ErrandLoop:
    """
    The errands of one worker's event loop.

    `database` is theirs alone, so that a long piece of an errand's work holds up no turn; `wake` is called
    when another look may be worth it.
    """

    def __init__(self, *, brain: Brain, database: Database, wake: Callable[[], object]) -> None:
        self._brain = brain
        self._database = database
        self._wake = wake
        self._running: dict[asyncio.Task[None], Lease] = {}

    async def claim_due(self) -> None:
        """Start what is due, as far as there is room."""
        free = AT_ONCE - len(self._running)
        if free <= 0:
            return
        try:
            taken = await self._database.run(ERRANDS.claim, limit=free)
        except DatabaseError as error:
            log.warning("errands.not_claimed", error=type(error).__name__)
            return
        for lease in taken:
            task = asyncio.create_task(self._carry(lease))
            self._running[task] = lease
            task.add_done_callback(self._forget)

    async def hold(self) -> None:
        """Extend the leases; stop what was cancelled or overtaken."""
        running = dict(self._running)
        if not running:
            return
        still_ours = await self._database.run(ERRANDS.hold, list(running.values()))
        for task, lease in running.items():
            if lease.work_id not in still_ours:
                task.cancel("cancelled or overtaken")

    async def wind_down(self, grace: float) -> None:
        """Let errands finish for a while; the others go back to the queue."""
        if self._running:
            await asyncio.wait(list(self._running), timeout=grace)
        left = dict(self._running)
        for task in left:
            task.cancel("stopping")
        await asyncio.gather(*left, return_exceptions=True)
        if left:
            await self._hand_back(list(left.values()))

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    async def _hand_back(self, left: list[Lease]) -> None:
        try:
            await self._database.run(ERRANDS.release, left)
        except DatabaseError as error:
            log.warning("errands.not_handed_back", count=len(left), error=type(error).__name__)
            return
        log.info("errands.handed_back", count=len(left))

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._wake()

    async def _carry(self, lease: Lease) -> None:
        try:
            again_in = await carry_out(lease, brain=self._brain, database=self._database)
        except DatabaseError as error:
            # The lease will run out and the errand be claimed afresh.
            log.warning("errand.database_lost", errand=str(lease.work_id), error=type(error).__name__)
            return
        if again_in is not None:
            seconds = (again_in + timedelta(milliseconds=20)).total_seconds()
            asyncio.get_running_loop().call_later(seconds, self._wake)


async def carry_out(lease: Lease, *, brain: Brain, database: Database) -> timedelta | None:
    """
    Bring one attempt to its end, whatever happens.

    Returns how long until the errand is worth another look, None when it is over.
    """
    try:
        errand = await database.run(_begin, lease)
        await KINDS[Errand.Kind(errand.kind)](lease, errand, brain, database)
    except OvertakenError as overtaken:
        log.info("errand.overtaken", errand=str(lease.work_id), reason=str(overtaken))
    except ErrandError as error:
        log.warning("errand.failed", errand=str(lease.work_id), code=error.code)
        return await database.run(_fail, lease, error)
    except DatabaseError:
        raise
    except Exception:
        log.exception("errand.broken", errand=str(lease.work_id))
        broken = ErrandError("broken", errands.WORDS["broken"], retryable=True)
        return await database.run(_fail, lease, broken)
    return None


def _begin(lease: Lease) -> Errand:
    with tenant(lease.coach_id):
        errand = errands.held(lease=lease)
        events.tell(lease.coach_id, [told.of_errand(errand)])
        return errand


def _fail(lease: Lease, error: ErrandError) -> timedelta | None:
    try:
        with tenant(lease.coach_id):
            failed = errands.fail(lease=lease, error=error)
            events.tell(lease.coach_id, failed.told)
    except OvertakenError:
        return None
    return failed.again_in
