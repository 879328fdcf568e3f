"""Processes are killed, frozen, delayed and broken at every place that the code names (failpoints.py)."""

import signal
import time
from collections.abc import Iterable
from typing import get_args

import psycopg

from journeyloop.failpoints import Point
from tests.chaos.checker import check
from tests.chaos.outcome import Outcome
from tests.chaos.pages import Program
from tests.chaos.stage import Stage
from tests.chaos.talks import Crowd, Talk
from tests.database import urls
from tests.fakes.nursery import Child
from tests.fakes.waiting import until

PLACES = frozenset(get_args(Point))
IN_A_TURN: tuple[Point, ...] = (
    "turn.claimed",
    "turn.begun",
    "turn.writing",
    "turn.kept",
    "turn.answered",
    "turn.finishing",
    "turn.finished",
    "event.publishing",
    "leases.holding",
)
"""Places to which every worker comes that carries a turn of two seconds."""
SETTLE_SECONDS = 120.0
LAST_ATTEMPT_LOST = """
UPDATE companion_turn SET status = 'running', attempts = 3, lease_until = now() - interval '1 second'
WHERE id = (SELECT id FROM companion_turn WHERE status IN ('queued', 'running') LIMIT 1)
"""


def broken_at_every_place(stage: Stage, *, deed: str) -> Outcome:
    """
    Let a process come to each place and do the deed there: kill, stop, raise, sleep=SECONDS.

    Afterwards sound processes bring every turn to its end. A place that nobody reached fails the run.
    """
    stage.model.first, stage.model.gap = 0.1, 0.2
    crowd, reached = Crowd(len(IN_A_TURN) + 2), set[str]()
    # Behind a turn that died three times nothing moves until the clock comes, which it does last.
    armed = [
        *_in_a_request(stage, crowd.talks, deed, reached),
        *_in_a_turn(stage, crowd, deed, reached),
        _in_a_failure(stage, crowd.joined(), deed, reached),
        _when_told_to_stop(stage, crowd.joined(), deed, reached),
        _in_the_clock(stage, deed, reached),
    ]
    began = time.monotonic()
    stage.clock(is_hasty=True)
    for _ in range(2):
        stage.worker(is_hasty=True)
    crowd.wait(seconds=SETTLE_SECONDS)
    took = time.monotonic() - began
    for each in armed:
        each.send(signal.SIGCONT)
    crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    broken = [f"nobody came to {place}" for place in sorted(PLACES - reached)]
    return Outcome(
        f"{deed.partition('=')[0]} at every place in the code", len(reached), found, [took], "", broken
    )


def _in_a_turn(stage: Stage, crowd: Crowd, deed: str, reached: set[str]) -> list[Child]:
    """Let one worker for each place carry turns until it comes there."""
    armed = {
        place: stage.begin_worker(place, is_hasty=True, TURNS_PER_WORKER="1", JL_FAIL=f"{place}:{deed}")
        for place in IN_A_TURN
    }
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end and not all(_was_at(place, armed[place], reached) for place in IN_A_TURN):
        crowd.go_on(at_most=1)
        time.sleep(0.1)
    _leave(*armed.values())
    return list(armed.values())


def _in_a_request(stage: Stage, talks: list[Talk], deed: str, reached: set[str]) -> Iterable[Child]:
    """Post a message that does not come through, and again with the same key."""
    sound = stage.web()
    places: tuple[Point, ...] = ("chat.stored", "bell.ringing")
    for place, talk in zip(places, talks, strict=False):
        web = stage.web(JL_FAIL=f"{place}:{deed}")
        program = Program(talk)
        first = program.say(web, f"By {place}", key=place, patience=3.0)
        second = program.say(sound, f"By {place}", key=place)
        assert second.status == 202, (first, second)
        _was_at(place, web, reached)
        _leave(web)
        yield web


def _in_a_failure(stage: Stage, talk: Talk, deed: str, reached: set[str]) -> Child:
    stage.model.fail(529, times=100)
    worker = stage.begin_worker("turn.failing", is_hasty=True, JL_FAIL=f"turn.failing:{deed}")
    talk.say_something()
    until(lambda: _was_at("turn.failing", worker, reached), seconds=30, what="a failure to be written")
    _leave(worker)
    stage.model.calm()
    return worker


def _when_told_to_stop(stage: Stage, talk: Talk, deed: str, reached: set[str]) -> Child:
    stage.model.gap = 2.0
    worker = stage.worker("turns.releasing", is_hasty=True, JL_FAIL=f"turns.releasing:{deed}")
    asked = len(stage.model.requests)
    talk.say_something()
    until(lambda: len(stage.model.requests) > asked, what="the model to be asked")
    worker.send(signal.SIGTERM)
    until(lambda: _was_at("turns.releasing", worker, reached), what="the worker to hand back its turns")
    stage.model.gap = 0.1
    return worker


def _in_the_clock(stage: Stage, deed: str, reached: set[str]) -> Child:
    """Give one of the turns that are left no attempt more, for the clock to end it."""
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(LAST_ATTEMPT_LOST)
    clock = stage.clock(JL_FAIL=f"turn.giving_up:{deed}")
    until(lambda: _was_at("turn.giving_up", clock, reached), seconds=30, what="the clock to give a turn up")
    _leave(clock)
    return clock


def _was_at(place: Point, process: Child, reached: set[str]) -> bool:
    if place not in reached and "failpoint" in process.log:
        reached.add(place)
    return place in reached


def _leave(*processes: Child) -> None:
    """Let processes that outlived their deed do no more harm."""
    awake = [each for each in processes if each.is_running and not each.is_frozen]
    for each in awake:
        each.send(signal.SIGTERM)
    for each in awake:
        each.wait()
