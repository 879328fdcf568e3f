"""A turn that kills every process that touches it."""

import time

from tests.chaos.checker import check
from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage
from tests.chaos.talks import Crowd, Talk, unfinished
from tests.fakes.hasty_worker import POISON

PATIENCE_SECONDS = 120.0
WORKERS = 2


def poisoned(stage: Stage, *, bystanders: int) -> Outcome:
    """
    Statement 37: three attempts, then words. Whoever shares a worker with it is answered all the same.

    Workers that die are started again, as a platform does.
    """
    stage.model.first, stage.model.gap = 0.5, 0.05
    crowd, poison = Crowd(bystanders), Talk()
    doomed = poison.say(f"Good morning {POISON}")
    for talk in crowd.talks:
        talk.say_something()
    stage.clock(is_hasty=True)
    began, deaths = time.monotonic(), 0
    workers = [stage.begin_worker(is_hasty=True) for _ in range(WORKERS)]
    while unfinished() and time.monotonic() - began < PATIENCE_SECONDS:
        dead = [worker for worker in workers if not worker.is_running]
        deaths += len(dead)
        workers = [worker for worker in workers if worker.is_running]
        workers += [stage.begin_worker(is_hasty=True) for _ in dead]
        time.sleep(0.1)
    found = check([*crowd.talks, poison], asked=stage.model.requests)
    ended = poison.turn(doomed)
    broken = [] if (ended.status, ended.error_code) == ("failed", "gave_up") else [f"it is {ended.status}"]
    broken += [f"{found.gave_up - 1} others were given up"] if found.gave_up != 1 else []
    broken += [f"it killed {deaths} workers"] if deaths != 3 else []
    return Outcome("turn that kills its worker", 1, found, [time.monotonic() - began], "", broken)
