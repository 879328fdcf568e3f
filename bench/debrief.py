"""
A two-hour session from the upload to a debrief that can be reviewed, while other pages are asked for.

`python -m bench.debrief`: one web process, one worker, the offline model. The talk is generated, with more
than 20,000 words. The clock runs from the upload's first byte until the debrief's page holds its claims.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator
from typing import Any

from bench import coaches
from bench.browsers import Browser, SignIn
from bench.figures import RUNS, bar, median, p95, table
from bench.stage import Stage, cpu_seconds, set_up

WORDS = 20_000
HOURS = 2
READERS = 2
PAUSE = 0.1
"""Seconds between a reader's pages, and between two looks for the debrief."""
BOUNDARY = "the-words-of-a-session"
OPENINGS = (
    "What would you like to have looked at by the end of today, with the {0} and the {1} in mind?",
    "You said that the {0} keeps coming back. What happens just before it, when the {1} begins?",
    "So the {0} is easier than the {1}, at least in the moment. How do you notice that?",
    "I'll send you the three questions about the {0} that we talked about, and one about the {1}.",
)
ANSWERS = (
    "I keep saying yes to the {0}, and then I sit with the {1} until nine and wonder how I got there again.",
    "Whenever somebody asks me about the {0} I just say yes because it is easier than the {1}, I think.",
    "I will talk with Nadia about the {0} before next week, and I will leave the {1} out of it this time.",
    "I want the {0} to be mine, but I'm not sure that anybody will like what becomes of the {1} then.",
    "It went better with the {0} this time: I left at six, and nobody even asked me about the {1}.",
)


def talk(number: int) -> str:
    """Write a session as a meeting tool does, with times, two names and sentences of its own."""
    turns, count = [], 0
    while count < WORDS:
        place = len(turns)
        said = ANSWERS[(place // 2) % len(ANSWERS)] if place % 2 else OPENINGS[(place // 2) % len(OPENINGS)]
        words = [coaches.WORDS[(place * step + number) % len(coaches.WORDS)] for step in (3, 7)]
        turns.append(said.format(*words))
        count += len(turns[-1].split())
    each = HOURS * 3_600 / len(turns)
    cues = (
        f"{_time(place * each)} --> {_time(place * each + 0.9 * each)}\n<v {_who(place)}>{said}\n"
        for place, said in enumerate(turns)
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def _who(place: int) -> str:
    return "Maya Lindqvist" if place % 2 else "Alice Moreau"


def _time(seconds: float) -> str:
    whole, part = divmod(seconds, 1)
    return f"{int(whole) // 3600:02}:{int(whole) // 60 % 60:02}:{int(whole) % 60:02}.{int(1000 * part):03}"


def practice() -> tuple[SignIn, list[Any], list[str]]:
    """Make a coach with one client who agreed; returns a sign-in, sessions without words, and pages."""
    import django

    django.setup()
    from coaching.actions import consents
    from coaching.consents import Purpose
    from journeyloop.tenancy import tenant
    from tests import factories

    coach = factories.make_coach("alice@example.com", name="Alice Moreau", unlocked=True)
    coaches.secure(coach)
    with tenant(coach.pk):
        client = factories.make_client("Maya Lindqvist")
        for purpose in (Purpose.RECORD, Purpose.AI_PROCESSING):
            agreed = {"purpose": purpose, "given": True, "method": "said", "by": coach.user}
            consents.record(client=client, now=factories.NOON, **agreed)
        sessions = [
            factories.make_session(client, factories.NOON, status="completed").pk for _ in range(RUNS)
        ]
    pages = ["/companion/", "/clients/", "/sessions/", f"/clients/{client.pk}/"]
    return coaches.sign_in(coach), sessions, pages


async def measure(stage: Stage) -> None:
    """Bring one long session after the other, with readers at work."""
    sign_in, sessions, pages = await asyncio.to_thread(practice)
    await _visit(Browser(stage.web, sign_in), pages)
    taken: list[float] = []
    quiet = await _read_for(stage, sign_in, pages, asyncio.sleep(5))
    busy: list[float] = []
    used = cpu_seconds(stage.pids["worker"])
    for number, session in enumerate(sessions):
        run = _bring(Browser(stage.web, sign_in), session, talk(number), taken)
        busy += await _read_for(stage, sign_in, pages, run)
    report(taken, quiet, busy, work=(cpu_seconds(stage.pids["worker"]) - used) / len(sessions))


async def _bring(browser: Browser, session: Any, text: str, taken: list[float]) -> None:
    began = time.monotonic()
    status, body = await browser.ask(
        "POST",
        f"/sessions/{session}/transcript/upload/",
        _form(text),
        kind=f"multipart/form-data; boundary={BOUNDARY}",
    )
    if status != 302:
        raise RuntimeError(f"the upload was answered with {status}: {body[:300]!r}")
    while b"data-claim" not in body:
        await asyncio.sleep(PAUSE)
        _, body = await browser.ask("GET", f"/sessions/{session}/debrief/")
    taken.append(time.monotonic() - began)


def _form(text: str) -> str:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="session.vtt"'
    return f"{part}\r\nContent-Type: text/vtt\r\n\r\n{text}\r\n--{BOUNDARY}--\r\n"


async def _read_for(stage: Stage, sign_in: SignIn, pages: list[str], until: Any) -> list[float]:
    """Let readers ask for pages until something is over; returns the milliseconds of each page."""
    taken: list[float] = []
    upcoming = itertools.cycle(pages)
    readers = [
        asyncio.create_task(_read(Browser(stage.web, sign_in), upcoming, taken)) for _ in range(READERS)
    ]
    try:
        await until
    finally:
        for reader in readers:
            reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    return taken


async def _read(browser: Browser, pages: Iterator[str], taken: list[float]) -> None:
    while True:
        began = time.monotonic()
        await _visit(browser, [next(pages)])
        taken.append(1000 * (time.monotonic() - began))
        await asyncio.sleep(PAUSE)


async def _visit(browser: Browser, pages: list[str]) -> None:
    for page in pages:
        status, _ = await browser.ask("GET", page)
        if status != 200:
            raise RuntimeError(f"{page} answered {status}")


def report(taken: list[float], quiet: list[float], busy: list[float], *, work: float) -> None:
    """Print how long it took, and what other pages took beside it and without it."""
    words = len(talk(0).split())
    table("other pages, before", {"quiet": quiet, "while a session is read": busy})
    print(
        f"the worker's processor time a session: {work:.2f} s; runs: {[round(each, 1) for each in taken]} s"
    )
    bar(f"a session of {words:,} words, upload to reviewable debrief", median(taken), unit="s", most=5)
    bar("a page meanwhile, p95", p95(busy), unit="ms", most=300)


def main() -> None:
    """Measure and print."""
    with set_up(floor_workers=0, offline=True) as stage:
        asyncio.run(measure(stage))


if __name__ == "__main__":
    main()
