"""Coaches who post all the time, and ask for a page in between: what users notice of a fault."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

from tests.chaos.pages import Answer, Program
from tests.chaos.talks import Crowd, new_words
from tests.fakes.nursery import Child

PAGE = "/api/v1/companion/memory/"


class Load:
    """One voice, and what it heard."""

    def __init__(self, crowd: Crowd) -> None:
        self._programs = [(talk, Program(talk)) for talk in crowd.talks]
        self.heard: list[tuple[float, Answer]] = []

    @contextmanager
    def on(self, web: Callable[[], Child]) -> Iterator[None]:
        """Speak until the end of the block, each time to the web process that is named then."""
        done = threading.Event()
        thread = threading.Thread(target=self._speak, args=[web, done])
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _speak(self, web: Callable[[], Child], done: threading.Event) -> None:
        number = 0
        while not done.wait(0.2):
            talk, program = self._programs[number % len(self._programs)]
            number += 1
            answer = program.say(web(), new_words())
            self.heard.append((time.monotonic(), answer))
            if answer.status == 202:
                talk.accepted(answer.body["job_id"])
            self.heard.append((time.monotonic(), program.ask(web(), "GET", PAGE)))
        connections.close_all()

    def surprises(self, *expected: int) -> list[str]:
        """Say which other statuses came back, and after how long."""
        others = [answer for _, answer in self.heard if answer.status not in expected]
        return [f"web answered {answer.status} after {answer.seconds:.1f} s" for answer in others]

    def refused(self) -> list[Answer]:
        """Find the answers that asked for patience."""
        return [answer for _, answer in self.heard if answer.status == 503]

    def back_after(self, moment: float) -> float:
        """Say when the last refusal after a moment was, in seconds."""
        late = [when - moment for when, answer in self.heard if when > moment and answer.status >= 500]
        return max(late, default=0.0)
