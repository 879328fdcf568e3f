"""
Turn overhead: from POST to the first text on the event stream, less the model server's own part.

`python -m bench.turn_overhead` interleaves four: a coach who has just begun to talk, one with 200 messages
and 2,000 memories, floor C, and floor D, so that a noisy machine hurts all of them. The bars take the median
of three runs.
"""

import argparse
import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench import coaches
from bench.browsers import Browser, Stream, answer, answer_with_cookies, request
from bench.figures import RUNS, bar, median, p95, table
from bench.stage import Stage, set_up
from tests.fakes.model_server import Reply
from tests.fakes.model_server import Request as Asked

SAYS = "Good morning. Shall we look at the day together?"
QUESTIONS = ("Which board meeting did I mean?", "What about tea?", "Where were we with the budget?")
TURNS_A_COACH = 5
"""After so many turns a history is no longer short, and another coach begins."""
WARM_UP = 3
NAMES = {
    "short history": "short",
    "200 messages, 2,000 memories": "long",
    "floor C": "floor",
    "floor D": "django",
}
BARS = (
    ("turn overhead, short history, p50", "short", "floor", "first", 4),
    ("turn overhead, short history, p50, the fallback", "short", "django", "first", 1.5),
    ("turn overhead, long history, p50", "long", "floor", "first", 5),
    ("turn overhead, long history, p50", "long", "short", "first", 1.3),
    ("last piece to stored and told, p50", "short", "floor", "tail", 3),
)
"""What, whose medians are compared, which part of a turn, and how many times it may be."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn's figures in milliseconds, the model server's own part taken out."""

    first: float
    """POST to first text."""
    before: float
    """POST to the model server having the request."""
    tail: float
    """Last piece of the model to the stored answer's event."""


@dataclass(slots=True)
class Ours:
    """A signed-in coach with an open stream."""

    stage: Stage
    browser: Browser
    sent: float = 0.0
    told: float = 0.0
    """When the last turn began and ended, by the shared clock."""

    async def turn(self, words: str = "Hello") -> Turn:
        """Say something and wait for the stored answer."""
        stream, asked = self.browser.stream, len(self.stage.model.requests)
        heard = len(stream.lines)
        self.stage.model.reply(SAYS)
        status, sent = await self.browser.say(words)
        if status != 202:
            raise RuntimeError(f"chat answered {status}")
        first = await stream.wait(heard, is_text)
        answered = self.stage.model.requests[asked]
        told = await stream.wait(heard, lambda line: line == "event: chat-message", since=answered.arrived_at)
        self.sent, self.told = sent, told
        return _figures(answered, sent=sent, first=first, told=told)


@dataclass(slots=True)
class Floor:
    """The same through floor C."""

    stage: Stage
    stream: Stream = field(default_factory=Stream)
    channel: str = field(default_factory=lambda: secrets.token_hex(8))
    _connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Open the stream."""
        await self.stream.open(self.stage.floor, f"/{self.channel}", {})

    async def turn(self) -> Turn:
        """Ask once."""
        asked, heard = len(self.stage.model.requests), len(self.stream.lines)
        self.stage.model.play(Reply(text=SAYS))
        sent = await self.say("Hello")
        first = await self.stream.wait(heard, lambda line: line.startswith("data:"))
        told = await self.stream.wait(heard, lambda line: line == "data: [done]")
        return _figures(self.stage.model.requests[asked], sent=sent, first=first, told=told)

    async def say(self, text: str) -> float:
        """Send a message; returns when."""
        if self._connection is None:
            self._connection = await asyncio.open_connection("127.0.0.1", self.stage.floor)
        reader, writer = self._connection
        sent = time.monotonic()
        writer.write(request("POST", f"/{self.channel}", {}, text))
        await answer(reader)
        return sent


@dataclass(slots=True)
class DjangoFloor(Floor):
    """The same through floor D."""

    _headers: dict[str, str] = field(default_factory=dict)

    async def open(self) -> None:
        """Sign in and open the stream."""
        self._connection = await asyncio.open_connection("127.0.0.1", self.stage.django_floor)
        reader, writer = self._connection
        writer.write(request("GET", "/sign-in/", {}))
        _, body, cookies = await answer_with_cookies(reader)
        self._headers = {"Cookie": cookies, "X-CSRFToken": json.loads(body)["token"]}
        await self.stream.open(self.stage.django_floor, f"/events/{self.channel}", {})

    async def say(self, text: str) -> float:
        """Send a message; returns when."""
        assert self._connection
        reader, writer = self._connection
        sent = time.monotonic()
        writer.write(request("POST", f"/say/{self.channel}/", self._headers, text))
        status, _ = await answer(reader)
        if status != 202:
            raise RuntimeError(f"floor D answered {status}")
        return sent


def is_text(line: str) -> bool:
    """Whether a line of the stream brings a piece of an answer."""
    return line.startswith("data:") and '"offset"' in line


def _figures(answered: Asked, *, sent: float, first: float, told: float) -> Turn:
    own = answered.first_at - answered.arrived_at
    return Turn(
        first=1000 * (first - sent - own),
        before=1000 * (answered.arrived_at - sent),
        tail=1000 * (told - answered.last_at),
    )


async def begin(stage: Stage, *, unlocked: bool = True, messages: int = 0, memories: int = 0) -> Ours:
    """Make a coach with this much behind them and open their stream."""
    sign_in = await asyncio.to_thread(_prepared, unlocked, messages, memories)
    browser = Browser(stage.web, sign_in)
    await browser.open()
    return Ours(stage, browser)


def _prepared(unlocked: bool, messages: int, memories: int) -> coaches.SignIn:
    coach = coaches.make_coach(unlocked=unlocked)
    if messages:
        coaches.talk(coach, messages)
    if memories:
        coaches.remember(coach, memories, now=datetime.now(UTC))
    return coaches.sign_in(coach)


@dataclass(slots=True)
class Run:
    """The turns of one run."""

    short: list[Turn] = field(default_factory=list)
    long: list[Turn] = field(default_factory=list)
    floor: list[Turn] = field(default_factory=list)
    django: list[Turn] = field(default_factory=list)

    def ratio(self, ours: str, theirs: str, part: str = "first") -> float:
        """Compare the medians of two of the four."""
        return self.median(ours, part) / self.median(theirs, part)

    def median(self, whose: str, part: str = "first") -> float:
        """Give the median of one part of a turn in milliseconds."""
        return median(getattr(turn, part) for turn in getattr(self, whose))


async def measure(stage: Stage, rounds: int) -> list[Run]:
    """Take turns, run after run."""
    floor, django = Floor(stage), DjangoFloor(stage)
    await floor.open()
    await django.open()
    long = await begin(stage, messages=200, memories=2_000)
    stage.analyse()
    runs = []
    for _ in range(RUNS):
        run = Run()
        for number in range(rounds + WARM_UP):
            if number % TURNS_A_COACH == 0:
                short = await begin(stage)
                await short.turn()
            turns = (
                await short.turn(),
                await long.turn(QUESTIONS[number % len(QUESTIONS)]),
                await floor.turn(),
                await django.turn(),
            )
            if number >= WARM_UP:
                for kept, turn in zip((run.short, run.long, run.floor, run.django), turns, strict=True):
                    kept.append(turn)
        runs.append(run)
    return runs


def report(runs: Sequence[Run]) -> None:
    """Print all turns together, and judge each bar by the median of the runs."""
    rows = {}
    for name, key in NAMES.items():
        turns = [turn for run in runs for turn in getattr(run, key)]
        for part in ("first", "before", "tail"):
            rows[f"{name}: {part}"] = [getattr(turn, part) for turn in turns]
    table("turn overhead of one coach", rows)
    slowest = median(p95([turn.first for turn in run.short]) / run.median("floor") for run in runs)
    for name, ours, theirs, part, most in BARS:
        bar(name, median(run.ratio(ours, theirs, part) for run in runs), unit=f"x {theirs}", most=most)
    bar("turn overhead, short history, p95", slowest, unit="x floor C's p50", most=8)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=30, help="in each of three runs")
    rounds = parser.parse_args().turns
    with set_up(django_floor=True) as stage:
        report(asyncio.run(measure(stage, rounds)))


if __name__ == "__main__":
    main()
