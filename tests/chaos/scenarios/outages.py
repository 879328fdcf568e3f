"""Workers freeze, Redis and PostgreSQL go away, clocks are wrong, every process is replaced at once."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from companion.scheduling import queue
from tests.chaos.checker import Findings, check
from tests.chaos.outcome import Outcome
from tests.chaos.pages import Answer, Program
from tests.chaos.stage import Stage, to_postgres, to_redis
from tests.chaos.talks import Crowd, new_words
from tests.database import urls
from tests.fakes.hasty_worker import LEASE_SECONDS
from tests.fakes.nursery import Child
from tests.fakes.waiting import until

SETTLE_SECONDS = 120.0
BACK_SECONDS = 15.0
"""So soon after an outage everything works again."""
GONE_SECONDS = 20.0
"""So soon after SIGTERM every process is gone."""


def frozen_workers(stage: Stage, *, rounds: int) -> Outcome:
    """Statement 30: SIGSTOP for longer than the lease, then SIGCONT; the fence stops what comes too late."""
    stage.model.first, stage.model.gap = 0.2, 0.2
    crowd, took, broken = Crowd(4 * rounds), [], []
    sound = stage.worker(is_hasty=True)
    sound.stop()
    for _ in range(rounds):
        frozen = stage.worker("frozen", is_hasty=True)
        asked = len(stage.model.requests)
        crowd.go_on(at_most=4)
        until(lambda before=asked: len(stage.model.requests) >= before + 2, what="turns to be under way")
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


class Load:
    """Coaches who post all the time, and ask for a page in between."""

    def __init__(self, crowd: Crowd) -> None:
        self._programs = [(talk, Program(talk)) for talk in crowd.talks]
        self.heard: list[tuple[float, Answer]] = []

    @contextmanager
    def on(self, web: Child) -> Iterator[None]:
        done = threading.Event()

        def go_on() -> None:
            number = 0
            while not done.wait(0.2):
                talk, program = self._programs[number % len(self._programs)]
                number += 1
                answer = program.say(web, new_words())
                self.heard.append((time.monotonic(), answer))
                if answer.status == 202:
                    talk.accepted(answer.body["job_id"])
                self.heard.append((time.monotonic(), program.ask(web, "GET", "/api/v1/companion/memory/")))
            connections.close_all()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def statuses(self) -> set[int]:
        return {answer.status for _, answer in self.heard}

    def back_after(self, moment: float) -> float:
        """Say when the last refusal after a moment was, in seconds."""
        late = [when - moment for when, answer in self.heard if when > moment and answer.status >= 500]
        return max(late, default=0.0)


def redis_away(stage: Stage, *, seconds: float) -> Outcome:
    """Statement 32: everything in Redis is lost, then Redis itself for a while. Work goes on by looking."""
    stage.model.first, stage.model.gap = 0.05, 0.02
    crowd = Crowd(10)
    with stage.wire(settings.EVENTSTREAM_REDIS["port"]) as wire:
        web = stage.web(**to_redis(wire.port))
        for _ in range(2):
            stage.worker(is_hasty=True, **to_redis(wire.port))
        load = Load(crowd)
        with load.on(web):
            time.sleep(1)
            queue.doorbell_queue().connection.flushall()
            wire.cut()
            time.sleep(seconds)
            wire.mend()
            time.sleep(1)
        took = crowd.wait(seconds=60)
    broken = [f"web answered {status}" for status in sorted(load.statuses() - {200, 202})]
    found = check(crowd.talks, asked=stage.model.requests)
    broken += _none_failed(found)
    return Outcome(f"Redis emptied and away for {seconds:g} s", 1, found, [took], "", broken)


def postgres_restarted(stage: Stage, *, seconds: float, watched: float = BACK_SECONDS) -> Outcome:
    """Statement 33: an immediate stop under load and refused connections; 503 meanwhile, nothing failed."""
    stage.model.first, stage.model.gap = 0.3, 0.05
    crowd = Crowd(10)
    load = Load(crowd)
    port = int(urls()["DATABASE_URL"].rpartition(":")[2].partition("/")[0])
    with stage.wire(port) as wire:
        lead = {} if stage.outage else to_postgres(wire.port)
        web = stage.web(**lead)
        for _ in range(2):
            stage.worker(is_hasty=True, **lead)
        with load.on(web):
            time.sleep(2)
            _outage(stage.outage, wire.cut, wire.mend, seconds)
            back_at = time.monotonic()
            time.sleep(watched)
        crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    refused = [answer for _, answer in load.heard if answer.status == 503]
    broken = [f"web answered {status}" for status in sorted(load.statuses() - {200, 202, 503})]
    broken += [] if refused else ["nobody was refused, so nothing was away"]
    broken += (
        ["a refusal without a hint"] if any("retry-after" not in _lower(each) for each in refused) else []
    )
    took = load.back_after(back_at)
    broken += [f"refused {took:.1f} s after the outage"] if took >= watched - 1 else []
    broken += _none_failed(found)
    return Outcome(f"PostgreSQL stopped at once for {seconds:g} s", 1, found, [took], "", broken)


def _outage(
    real: Callable[[float], None] | None, cut: Callable[[], None], mend: Callable[[], None], seconds: float
) -> None:
    if real:
        connections.close_all()
        real(seconds)
        return
    cut()
    time.sleep(seconds)
    mend()


def _lower(answer: Answer) -> set[str]:
    return {name.lower() for name in answer.headers or {}}


def _none_failed(found: Findings) -> list[str]:
    return [f"{found.failed + found.gave_up} turns failed for it"] if found.failed + found.gave_up else []


def wrong_clocks(stage: Stage) -> Outcome:
    """Statement 42: one worker's clock is ten minutes fast, another's slow; leases and waits do not care."""
    stage.model.first, stage.model.gap = 0.3, 0.05
    stage.model.fail(529, times=2)
    crowd = Crowd(8)
    for minutes in (10, -10):
        stage.worker(is_hasty=True, shift_minutes=minutes)
    for _ in range(3):
        crowd.go_on(at_most=8)
        took = crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    return Outcome("workers' clocks wrong by ten minutes", 2, found, [took], "", _none_failed(found))


def deployed(stage: Stage, *, rounds: int) -> Outcome:
    """Statement 38: SIGTERM to web, worker and clock at once under load; others take over."""
    stage.model.first, stage.model.gap = 0.3, 0.2
    crowd, took, broken = Crowd(8), [], []
    load = Load(crowd)
    for _ in range(rounds):
        web = stage.web()
        old = [web, stage.worker(), stage.worker(), stage.clock()]
        with load.on(web):
            time.sleep(3)
            began = time.monotonic()
            for each in old:
                each.send(signal.SIGTERM)
            codes = [each.wait() for each in old]
        gone = time.monotonic() - began
        broken += [f"gone after {gone:.1f} s"] if gone > GONE_SECONDS else []
        broken += [f"ended with {codes}"] if any(codes[1:]) else []
        stage.worker()
        took.append(gone)
    crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    broken += _none_failed(found)
    return Outcome("all processes replaced under load", rounds, found, took, "", broken)
