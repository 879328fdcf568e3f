"""
Turn overhead: from POST to the first text on the event stream, less the model server's own part.

`python -m bench.turn_overhead` interleaves our turns with floor C's, so that a noisy machine hurts both.
"""

import argparse
import http.client
import json
import secrets
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.stage import Stage, set_up
from tests.fakes.model_server import Reply

BAR = 4.0
"""design.md: p50 of our turn ≤ 4 x p50 of floor C, p95 ≤ 2 x our p50's bar."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn's figures in milliseconds, the model server's own part taken out."""

    first: float
    """POST to first text."""
    before: float
    """POST to the model server having the request."""
    tail: float
    """Last piece of the model to the stored answer's event."""


def main() -> None:
    """Print p50 and p95 of ours, of the floor, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=40)
    rounds = parser.parse_args().turns
    with set_up() as stage:
        ours, floor = run(stage, rounds)
    report("turn overhead, one coach, short history", ours, floor)


def run(stage: Stage, rounds: int) -> tuple[list[Turn], list[Turn]]:
    """Take turns with the floor; the first three of each warm caches and are not counted."""
    us, them = Ours(stage), Floor(stage)
    pairs = [(us.turn(), them.turn()) for _ in range(rounds + 3)][3:]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def report(title: str, ours: list[Turn], floor: list[Turn]) -> None:
    """Print one table."""
    print(f"\n{title} (n = {len(ours)})")
    print(f"{'':24}{'p50 ms':>9}{'p95 ms':>9}")
    for name, turns in (("JourneyLoop", ours), ("floor C", floor)):
        for part in ("first", "before", "tail"):
            values = [getattr(turn, part) for turn in turns]
            print(f"{name + ' ' + part:24}{statistics.median(values):9.1f}{p95(values):9.1f}")
    ratio = statistics.median(turn.first for turn in ours) / statistics.median(turn.first for turn in floor)
    print(f"ratio of the medians: {ratio:.1f} x floor C; the bar is {BAR:.0f}: {verdict(ratio <= BAR)}")


def p95(values: list[float]) -> float:
    """Give the 95th percentile."""
    return statistics.quantiles(values, n=20)[18]


def verdict(is_met: bool) -> str:
    """Say it in a word."""
    return "met" if is_met else "NOT MET"


class Listener:
    """Reads an event stream in a thread and notes when each line came."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.request("GET", path, headers=headers)
        self._response = self._connection.getresponse()
        if self._response.status != http.HTTPStatus.OK:
            raise RuntimeError(f"the stream answered {self._response.status}: {self._response.read()!r}")
        self.lines: list[tuple[float, str]] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for raw in self._response:
            with self._news:
                self.lines.append((time.monotonic(), raw.decode().strip()))
                self._news.notify_all()

    def wait(self, after: int, wanted: Callable[[str], bool], *, since: float = 0.0) -> float:
        """Wait for the first such line past an index and a moment; returns when it came."""
        with self._news:
            while True:
                for at, line in self.lines[after:]:
                    if wanted(line) and at > since:
                        return at
                if not self._news.wait(10):
                    raise TimeoutError(f"nothing came; the last lines were {self.lines[-5:]}")


class Ours:
    """A signed-in coach with an open stream."""

    def __init__(self, stage: Stage, *, unlocked: bool = True) -> None:
        self._stage = stage
        cookies, self._token = sign_in(unlocked=unlocked)
        self._headers = {"Cookie": cookies, "X-CSRFToken": self._token, "Content-Type": "application/json"}
        self._stream = Listener(stage.web, "/api/v1/companion/events/", {"Cookie": cookies})
        self._connection = http.client.HTTPConnection("127.0.0.1", stage.web)
        self.sent = self.told = 0.0
        """When the last turn began and ended, by the shared clock."""

    def turn(self, words: str = "Hello") -> Turn:
        """Say something and wait for the stored answer."""
        asked, heard = len(self._stage.model.requests), len(self._stream.lines)
        self._stage.model.reply("Good morning. Shall we look at the day together?")
        sent = time.monotonic()
        self._connection.request(
            "POST", "/api/v1/companion/chat/", json.dumps({"message": words}), self._headers
        )
        answer = self._connection.getresponse()
        if answer.status != http.HTTPStatus.ACCEPTED:
            raise RuntimeError(f"chat answered {answer.status}: {answer.read()[:400]!r}")
        answer.read()
        first = self._stream.wait(heard, lambda line: line.startswith("data:") and '"offset"' in line)
        request = self._stage.model.requests[asked]
        told = self._stream.wait(heard, lambda line: line == "event: chat-message", since=request.arrived_at)
        self.sent, self.told = sent, told
        own = request.first_at - request.arrived_at
        return Turn(
            first=1000 * (first - sent - own),
            before=1000 * (request.arrived_at - sent),
            tail=1000 * (told - request.last_at),
        )


class Floor:
    """The same through floor C."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._channel = f"/{secrets.token_hex(8)}"
        self._stream = Listener(stage.floor, self._channel, {})
        self._connection = http.client.HTTPConnection("127.0.0.1", stage.floor)

    def turn(self) -> Turn:
        """Ask once."""
        asked, heard = len(self._stage.model.requests), len(self._stream.lines)
        self._stage.model.play(Reply(text="Good morning. Shall we look at the day together?"))
        sent = time.monotonic()
        self._connection.request("POST", self._channel, "Hello")
        self._connection.getresponse().read()
        first = self._stream.wait(heard, lambda line: line.startswith("data:"))
        told = self._stream.wait(heard, lambda line: line == "data: [done]")
        request = self._stage.model.requests[asked]
        own = request.first_at - request.arrived_at
        return Turn(
            first=1000 * (first - sent - own),
            before=1000 * (request.arrived_at - sent),
            tail=1000 * (told - request.last_at),
        )


def sign_in(*, unlocked: bool = True) -> tuple[str, str]:
    """Make a coach and return their cookies and CSRF token."""
    import django

    django.setup()
    from django.conf import settings
    from django.middleware.csrf import _get_new_csrf_string
    from django.test import Client

    from tests import factories

    user = factories.make_coach(unlocked=unlocked).user
    browser = Client()
    browser.force_login(user)
    token = _get_new_csrf_string()
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}", token


if __name__ == "__main__":
    main()
