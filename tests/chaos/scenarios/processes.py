"""Processes freeze, lose their parents, have wrong clocks, and are all replaced at once."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Iterator

import psycopg

from tests.chaos.checker import check
from tests.chaos.load import Load
from tests.chaos.outcome import Outcome, none_failed
from tests.chaos.stage import Stage, is_ready, to_model
from tests.chaos.tabs import open_tabs
from tests.chaos.talks import Crowd, new_words
from tests.database import urls
from tests.fakes.hasty_worker import LEASE_SECONDS
from tests.fakes.model_server import Reply
from tests.fakes.nursery import Child
from tests.fakes.waiting import until

SETTLE_SECONDS = 120.0
GONE_SECONDS = 20.0
"""So soon after SIGTERM every process is gone."""
PICKED_UP_SECONDS = 5.0
"""So soon after a worker is ready it has what another handed back."""
HANDED_BACK = "SELECT count(*) FROM companion_turn WHERE status = 'queued' AND fence > 0"


def frozen_workers(stage: Stage, *, rounds: int) -> Outcome:
    """Statement 30: SIGSTOP for longer than the lease, then SIGCONT; the fence stops what comes too late."""
    stage.model.first, stage.model.gap = 0.2, 0.2
    crowd, took, broken = Crowd(4 * rounds), [], []
    sound = stage.worker(is_hasty=True)
    sound.stop()
    for _ in range(rounds):
        frozen = stage.worker("frozen", is_hasty=True)
        _get_going(stage, crowd)
        frozen.send(signal.SIGSTOP)
        began = time.monotonic()
        time.sleep(2 * LEASE_SECONDS)
        rescuer = stage.worker("rescuer", is_hasty=True)
        crowd.wait(seconds=SETTLE_SECONDS)
        took.append(time.monotonic() - began)
        frozen.send(signal.SIGCONT)
        rescuer.stop()
        broken += [f"the thawed worker ended with {code}" for code in [frozen.stop()] if code]
    found = check(crowd.talks, asked=stage.model.requests)
    return Outcome("worker frozen for two leases", rounds, found, took, "", broken)


def orphaned_workers(stage: Stage, *, rounds: int) -> Outcome:
    """
    Statement 30: a worker's parent is killed and the worker goes on; a platform starts another beside it.

    One answer each, whoever gives it, and the orphan still leaves when it is told to.
    """
    stage.model.first, stage.model.gap = 0.2, 0.1
    crowd, took, broken = Crowd(4 * rounds), [], []
    for _ in range(rounds):
        parent = stage.ready(
            stage.nursery.bear("parent", "-m", "tests.fakes.parent", **to_model(stage.model))
        )
        with _looked_after(int(parent.log.partition("parent.of=")[2].split()[0])) as orphan:
            _get_going(stage, crowd)
            parent.kill()
            began = time.monotonic()
            other = stage.worker("other", is_hasty=True)
            crowd.wait(seconds=SETTLE_SECONDS)
            took.append(time.monotonic() - began)
            broken += [] if _leaves(orphan) else ["the orphan did not leave when told to"]
        other.stop()
    found = check(crowd.talks, asked=stage.model.requests)
    broken += none_failed(found)
    return Outcome("worker orphaned", rounds, found, took, "", broken)


def _get_going(stage: Stage, crowd: Crowd) -> None:
    asked = len(stage.model.requests)
    crowd.go_on(at_most=4)
    until(lambda: len(stage.model.requests) >= asked + 2, what="turns to be under way")


@contextlib.contextmanager
def _looked_after(pid: int) -> Iterator[int]:
    """Hold on to a process that is not our child: at the end of the block it is gone."""
    orphan = os.pidfd_open(pid)
    try:
        yield orphan
    finally:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(orphan, signal.SIGKILL)
        os.close(orphan)


def _leaves(orphan: int) -> bool:
    """Tell a process to end, and say whether it did."""
    signal.pidfd_send_signal(orphan, signal.SIGTERM)
    return bool(select.select([orphan], [], [], GONE_SECONDS)[0])


def wrong_clocks(stage: Stage) -> Outcome:
    """
    Statement 42: workers and clocks are ten minutes fast and slow; leases and waits do not care.

    One worker of each kind is killed, so that leases must run out, and a fast clock must not end them early.
    """
    stage.model.first, stage.model.gap = 0.3, 0.05
    stage.model.fail(529, times=2)
    crowd, took = Crowd(8), []
    workers = [stage.worker(is_hasty=True, shift_minutes=minutes) for minutes in (10, -10, 10, -10)]
    for minutes in (10, -10):
        stage.clock(shift_minutes=minutes)
    for victim in (workers[0], workers[1], None):
        crowd.go_on(at_most=8)
        if victim:
            time.sleep(0.3)
            victim.kill()
        took.append(crowd.wait(seconds=SETTLE_SECONDS))
    found = check(crowd.talks, asked=stage.model.requests)
    return Outcome("clocks wrong by ten minutes", 6, found, took, "", none_failed(found))


def deployed(stage: Stage, *, rounds: int) -> Outcome:
    """
    Statement 38: SIGTERM to web, workers and clock at once, under load and with streams open.

    All are gone within 20 s; what they handed back is picked up within 5 s; tabs miss nothing.
    """
    stage.model.first, stage.model.gap = 0.3, 0.1
    crowd, took, broken, gone = Crowd(8), [], [], []
    webs: list[Child] = [stage.web()]
    workers, load = [stage.worker()], Load(crowd)
    with open_tabs(crowd.talks[:6], lambda: webs[-1]) as tabs:
        for _ in range(rounds):
            old = [webs[-1], *workers, stage.worker(), stage.clock()]
            until(lambda clock=old[-1]: "clock.started" in clock.log, what="the clock to run")
            with load.on(lambda: webs[-1]):
                crowd.go_on(at_most=6)
                _say_what_takes_long(stage, crowd)
                time.sleep(1)
                codes, seconds = _all_told_to_end(old)
                gone.append(seconds)
                stage.model.moods.clear()
                webs.append(stage.web())
            broken += [f"ended with {codes}"] if any(codes[1:]) else []
            workers = [stage.begin_worker()]
            took.append(_picked_up(workers[0], broken))
        crowd.wait(seconds=SETTLE_SECONDS)
        for tab in tabs:
            broken += tab.differences()
    found = check(crowd.talks, asked=stage.model.requests)
    broken += [f"gone after {seconds:.1f} s" for seconds in gone if seconds > GONE_SECONDS]
    broken += load.surprises(0, 200, 202)
    broken += none_failed(found)
    note = f"picked up; all were gone within {max(gone):.1f} s"
    return Outcome("all processes replaced at once", rounds, found, took, note, broken)


def _say_what_takes_long(stage: Stage, crowd: Crowd) -> None:
    """Let two coaches ask what no worker can finish in the time that it is given to leave."""
    for talk in crowd.talks[-2:]:
        words = new_words()
        stage.model.moods[words] = Reply(gap=4.0)
        talk.say(words)
        until(lambda words=words: stage.model.asked(words), what="a worker to begin what takes long")


def _all_told_to_end(old: list[Child]) -> tuple[list[int], float]:
    began = time.monotonic()
    for each in old:
        each.send(signal.SIGTERM)
    return [each.wait() for each in old], time.monotonic() - began


def _picked_up(worker: Child, broken: list[str]) -> float:
    """Wait until this new worker has all that was handed back; returns how long after it was ready."""
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        if not _count(owner):
            broken.append("nothing was handed back")
        until(lambda: is_ready(worker) or not _count(owner), what="a worker to be ready")
        began = time.monotonic()
        while _count(owner) and time.monotonic() < began + SETTLE_SECONDS:
            time.sleep(0.02)
    seconds = time.monotonic() - began
    if seconds > PICKED_UP_SECONDS:
        broken.append(f"{worker.name} picked up what was left after {seconds:.1f} s")
    return seconds


def _count(owner: psycopg.Connection[tuple[int]]) -> int:
    found = owner.execute(HANDED_BACK).fetchone()
    return found[0] if found else 0
