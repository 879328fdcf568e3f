"""
Many coaches in the same instant, on two worker processes.

`python -m bench.at_once` sends 10 and 50 messages at once, several times over: the overhead to the first
text, what the workers hold, and the same of floor C with a worker process for each message. Fifty of those
take gigabytes and half a minute to start, so for 50 the floor is measured with `--full` only; otherwise the
figure measured once before stands beside ours.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.browsers import Browser
from bench.figures import RUNS, bar, flat, median, p95, table
from bench.stage import Stage, cpu_seconds, memory_mib, set_up
from bench.turn_overhead import Floor, begin, is_text
from tests.fakes.model_server import Request

FIXED_FLOOR_MS = {10: 22.0, 50: 115.0}
BARS = {10: 8.0, 50: 3.5}
MEMORY_BAR_MIB = 400
FIRST_SECONDS, GAP_SECONDS = 0.3, 0.02
TIMES = 5
"""Volleys in one run."""


@dataclass(slots=True)
class Volley:
    """What became of messages sent in one instant. Milliseconds, the model server's own part taken out."""

    first: list[float]
    stored: list[float]
    errors: int


async def ours(stage: Stage, browsers: Sequence[Browser]) -> Volley:
    """Let each coach say something, all at once."""
    stage.model.requests.clear()
    outcomes = await asyncio.gather(
        *(_one(stage, browser, f"Hello from number {number}.") for number, browser in enumerate(browsers)),
        return_exceptions=True,
    )
    good = [each for each in outcomes if isinstance(each, tuple)]
    return Volley([first for first, _ in good], [stored for _, stored in good], len(outcomes) - len(good))


async def _one(stage: Stage, browser: Browser, words: str) -> tuple[float, float]:
    heard = len(browser.stream.lines)
    status, sent = await browser.say(words)
    if status != 202:
        raise RuntimeError(f"chat answered {status}")
    first = await browser.stream.wait(heard, is_text)
    asked = _asked(stage, words)
    # The answer is JSON: its second piece is the first with text for the coach.
    own = asked.sent_at[1] - asked.arrived_at
    stored = await browser.stream.wait(heard, _is_turn, since=asked.arrived_at)
    return 1000 * (first - sent - own), 1000 * (stored - sent - (asked.last_at - asked.arrived_at))


def _is_turn(line: str) -> bool:
    return line == "event: chat-message"


def _asked(stage: Stage, words: str) -> Request:
    return next(each for each in stage.model.requests if words in str(each.body["messages"][-1]))


async def floors(stage: Stage, channels: Sequence[Floor]) -> Volley:
    """Send as many through floor C, all at once."""
    stage.model.requests.clear()
    pairs = await asyncio.gather(
        *(
            _one_of_floor(stage, floor, f"Hello from number {number}.")
            for number, floor in enumerate(channels)
        )
    )
    return Volley([first for first, _ in pairs], [stored for _, stored in pairs], 0)


async def _one_of_floor(stage: Stage, floor: Floor, words: str) -> tuple[float, float]:
    heard = len(floor.stream.lines)
    sent = await floor.say(words)
    first = await floor.stream.wait(heard, lambda line: line.startswith("data:"))
    stored = await floor.stream.wait(heard, lambda line: line == "data: [done]")
    asked = _asked(stage, words)
    own = asked.first_at - asked.arrived_at
    return 1000 * (first - sent - own), 1000 * (stored - sent - (asked.last_at - asked.arrived_at))


async def measure(stage: Stage, count: int, *, with_floor: bool) -> None:
    """Send volleys of `count`, run after run, and print what they took."""
    browsers = [(await begin(stage)).browser for _ in range(count)]
    channels = [Floor(stage) for _ in range(count)] if with_floor else []
    for floor in channels:
        await floor.open()
    stage.analyse()
    await ours(stage, browsers)
    used = {kind: cpu_seconds(stage.pids[kind]) for kind in ("web", "worker")}
    mine: list[list[Volley]] = []
    theirs: list[list[Volley]] = []
    for _ in range(RUNS):
        mine.append([])
        theirs.append([])
        for _ in range(TIMES):
            mine[-1].append(await ours(stage, browsers))
            if channels:
                theirs[-1].append(await floors(stage, channels))
    report(stage, count, mine, theirs if channels else [])
    for kind, before in used.items():
        each = 1000 * (cpu_seconds(stage.pids[kind]) - before) / (count * RUNS * TIMES)
        print(f"processor time a turn, {kind}: {each:.1f} ms")


def report(stage: Stage, count: int, mine: list[list[Volley]], theirs: list[list[Volley]]) -> None:
    """Print one concurrency's figures and bars."""
    rows = {"first text": _all(mine, "first"), "stored and told": _all(mine, "stored")}
    if theirs:
        rows |= {"floor C: first text": _all(theirs, "first"), "floor C: end": _all(theirs, "stored")}
    table(f"{count} coaches in the same instant, two workers", rows)
    slow = median(p95(flat(volley.first for volley in run)) for run in mine)
    floor = FIXED_FLOOR_MS[count]
    if theirs:
        measured = median(p95(flat(volley.first for volley in run)) for run in theirs)
        bar(f"{count} at once, p95", slow / measured, unit="x the floor of this run", most=BARS[count])
    bar(f"{count} at once, p95", slow / floor, unit=f"x the fixed floor of {floor:.0f} ms", most=BARS[count])
    errors = sum(volley.errors for run in mine for volley in run)
    bar(f"{count} at once, errors", errors, unit="turns", most=0)
    bar(f"{count} at once, workers hold", memory_mib(stage.pids["worker"]), unit="MiB", most=MEMORY_BAR_MIB)


def _all(runs: list[list[Volley]], part: str) -> list[float]:
    return flat(getattr(volley, part) for run in runs for volley in run)


def main() -> None:
    """Measure one concurrency, or each in a process of its own: Django keeps to the database it met first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="measure the floor with 50 processes too")
    parser.add_argument("--count", type=int, choices=BARS)
    chosen = parser.parse_args()
    if chosen.count:
        one(chosen.count, with_floor=chosen.full or chosen.count == min(BARS))
        return
    for count in BARS:
        command = [sys.executable, "-m", "bench.at_once", "--count", str(count), *sys.argv[1:]]
        subprocess.run(command, check=True)  # noqa: S603 - ourselves


def one(count: int, *, with_floor: bool) -> None:
    """Measure so many coaches at once."""
    with set_up(
        workers=2, floor_workers=count if with_floor else 0, first=FIRST_SECONDS, gap=GAP_SECONDS
    ) as stage:
        asyncio.run(measure(stage, count, with_floor=with_floor))


if __name__ == "__main__":
    main()
