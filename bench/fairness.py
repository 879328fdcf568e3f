"""
One coach who floods the companion does not make the others wait.

`python -m bench.fairness`: ten coaches talk, a message every second or so; then they do it again while an
eleventh sends without pause. Two worker processes.
"""

import asyncio
import random
from collections.abc import Sequence

from bench.browsers import Browser
from bench.figures import RUNS, bar, flat, median, table
from bench.stage import Stage, set_up
from bench.turn_overhead import begin, is_text

COACHES = 10
TURNS = 6
FIRST_SECONDS, GAP_SECONDS = 0.3, 0.02


async def talk(browser: Browser, waits: list[float]) -> None:
    """Take turns at leisure; notes how long each first text took."""
    for _ in range(TURNS):
        await asyncio.sleep(random.uniform(0.2, 1.2))  # noqa: S311 - no secret
        heard = len(browser.stream.lines)
        status, sent = await browser.say("What would you look at first?")
        if status != 202:
            raise RuntimeError(f"chat answered {status}")
        waits.append(1000 * (await browser.stream.wait(heard, is_text) - sent))


async def flood(browser: Browser, counts: list[int]) -> None:
    """Send without pause until cancelled."""
    while True:
        status, _ = await browser.say("And another thing.")
        counts.append(status)


async def everybody(browsers: Sequence[Browser]) -> list[float]:
    """Let all of them talk; returns their waits."""
    waits: list[float] = []
    await asyncio.gather(*(talk(browser, waits) for browser in browsers))
    return waits


async def measure(stage: Stage) -> None:
    """Compare the waits with and without the flood."""
    browsers = [(await begin(stage)).browser for _ in range(COACHES)]
    stage.analyse()
    await everybody(browsers)
    calm: list[list[float]] = []
    flooded: list[list[float]] = []
    counts: list[int] = []
    for _ in range(RUNS):
        calm.append(await everybody(browsers))
        flooding = asyncio.create_task(flood((await begin(stage)).browser, counts))
        flooded.append(await everybody(browsers))
        flooding.cancel()
    rows = {"alone": flat(calm), "beside a flood": flat(flooded)}
    table("first text of ten coaches who talk, model server's part included", rows)
    print(f"the flood: {len(counts)} messages, {sum(status == 202 for status in counts)} taken")
    growth = median(median(wet) / median(dry) for wet, dry in zip(flooded, calm, strict=True))
    bar("others' median wait beside a flood", growth, unit="x their wait alone", most=2)


def main() -> None:
    """Measure and print."""
    with set_up(workers=2, floor_workers=0, first=FIRST_SECONDS, gap=GAP_SECONDS) as stage:
        asyncio.run(measure(stage))


if __name__ == "__main__":
    main()
