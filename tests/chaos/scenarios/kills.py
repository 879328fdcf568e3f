"""Workers are killed at any moment of a turn, while many turns run."""

import random
import time

from tests.chaos.checker import check
from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage, is_ready
from tests.chaos.talks import Crowd, unfinished
from tests.fakes.nursery import Child

TURNS_AT_ONCE = "4"
SETTLE_SECONDS = 150.0


def killed_workers(
    stage: Stage, *, kills: int, coaches: int, workers: int = 5, is_hasty: bool = False, seed: int = 29
) -> Outcome:
    """
    Statement 29: SIGKILL at random points of a turn.

    Hasty workers hold their leases for less time than real ones do.
    """
    dice = random.Random(seed)  # noqa: S311 - the same kills each time
    stage.model.first, stage.model.gap = 0.05, 0.03
    crowd = Crowd(coaches)
    how = {"TURNS_PER_WORKER": TURNS_AT_ONCE, "is_hasty": is_hasty}
    stage.clock(is_hasty=is_hasty)
    running = [stage.worker(**how) for _ in range(workers)]
    under_way = 0
    for _ in range(kills):
        crowd.go_on(at_most=workers * int(TURNS_AT_ONCE))
        _pause(dice)
        victim = _somebody(dice, running)
        under_way += unfinished()
        victim.kill()
        running.remove(victim)
        running.append(stage.begin_worker(**how))
    crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    note = f"{under_way / kills:.0f} turns under way at a kill; {found.hit} lost a worker, "
    note += f"{found.gave_up} of them three times"
    return Outcome("worker killed at a random moment", kills, found, found.recoveries, note)


def _pause(dice: random.Random) -> None:
    """Let turns get on, so that a kill meets them at any point."""
    time.sleep(dice.uniform(0.02, 0.4))


def _somebody(dice: random.Random, running: list[Child]) -> Child:
    """Choose among those at work, more than half of all: a turn shall be unlucky, not doomed."""
    while 2 * len(ready := [worker for worker in running if is_ready(worker)]) <= len(running):
        time.sleep(0.02)
    return dice.choice(ready)
