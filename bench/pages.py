"""
Pages a second while two hundred event streams are open, and what each page costs.

`python -m bench.pages`: the demo practice, eight requests under way at any time; once with one web
process, which has one core at most, and once with two. `--web 1` does one of them.
"""

import argparse
import asyncio
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench import coaches
from bench.browsers import Browser, SignIn
from bench.figures import RUNS, bar, flat, median, p95, table
from bench.stage import Stage, cpu_seconds, manage, set_up

STREAMS = 200
A_COACH_MAY = 10
WEB_PROCESSES = (1, 2)
AT_ONCE = 8
SECONDS = 8.0


def demo() -> tuple[SignIn, list[str]]:
    """Load the demo; returns its coach's sign-in and the pages to visit."""
    manage("demo", DEBUG="1")
    import django

    django.setup()
    from coaching.demo.sign_ins import COACH
    from coaching.models import Client, CoachingProfile, CoachingSession
    from journeyloop.tenancy import tenant

    coach = CoachingProfile.objects.select_related("user").get(user__email=COACH)
    coaches.secure(coach)
    with tenant(coach.pk):
        client, session = Client.objects.current().first(), CoachingSession.objects.first()
        assert client
        assert session
        found = [f"/clients/{client.pk}/", f"/sessions/{session.pk}/"]
    fixed = ["/companion/", "/clients/", "/sessions/", "/companion/layers/", "/settings/"]
    return coaches.sign_in(coach), [*fixed, *found]


def listeners() -> list[SignIn]:
    """Make the coaches whose streams stay open."""
    made = [coaches.make_coach() for _ in range(STREAMS // A_COACH_MAY)]
    return [coaches.sign_in(coach) for coach in made]


async def measure(stage: Stage, processes: int) -> None:
    """Open the streams, then visit pages for a while, run after run."""
    sign_in, paths = await asyncio.to_thread(demo)
    for listener in await asyncio.to_thread(listeners):
        for _ in range(A_COACH_MAY):
            await Browser(stage.web, listener).open()
    stage.analyse()
    await visit(stage, sign_in, paths, seconds=2.0)
    used, own = cpu_seconds(stage.pids["web"]), time.process_time()
    runs = [await visit(stage, sign_in, paths, seconds=SECONDS) for _ in range(RUNS)]
    report(runs, processes)
    count = len(flat(flat(run.values()) for run in runs))
    web, mine = cpu_seconds(stage.pids["web"]) - used, time.process_time() - own
    for name, seconds in {"web": web, "the browsers": mine}.items():
        print(f"processor time a page, {name}: {1000 * seconds / count:.1f} ms")


async def visit(stage: Stage, sign_in: SignIn, paths: list[str], *, seconds: float) -> dict[str, list[float]]:
    """Visit pages in turn with several connections; returns the milliseconds of each."""
    taken: dict[str, list[float]] = {path: [] for path in paths}
    upcoming, end = itertools.cycle(paths), time.monotonic() + seconds
    await asyncio.gather(*(_one(Browser(stage.web, sign_in), upcoming, taken, end) for _ in range(AT_ONCE)))
    return taken


async def _one(browser: Browser, paths: Iterator[str], taken: dict[str, list[float]], end: float) -> None:
    while time.monotonic() < end:
        path, began = next(paths), time.monotonic()
        status, _ = await browser.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        taken[path].append(1000 * (time.monotonic() - began))


def report(runs: list[dict[str, list[float]]], processes: int) -> None:
    """Print each page and the two bars."""
    rows: dict[str, Any] = {path: flat(run[path] for run in runs) for path in runs[0]}
    stage = f"{STREAMS} streams open, web processes: {processes}"
    table(f"pages with {stage}, {AT_ONCE} requests at a time", rows)
    rate = median(sum(len(taken) for taken in run.values()) / SECONDS for run in runs)
    bar(f"pages with {stage}", rate, unit="requests/s", least=60)
    slow = median(p95(flat(run.values())) for run in runs)
    bar(f"pages with {stage}, p95", slow, unit="ms", most=300)


def main() -> None:
    """Measure one number of web processes, or each by itself: Django keeps to the database it met first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--web", type=int, choices=WEB_PROCESSES)
    if chosen := parser.parse_args().web:
        with set_up(web_processes=chosen, floor_workers=0) as stage:
            asyncio.run(measure(stage, chosen))
        return
    for number in WEB_PROCESSES:
        command = [sys.executable, "-m", "bench.pages", "--web", str(number)]
        subprocess.run(command, check=True)  # noqa: S603 - ourselves


if __name__ == "__main__":
    main()
