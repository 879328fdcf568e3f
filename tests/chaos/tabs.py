"""Pages that stay open: they lose their stream, come back, and ask for what they missed."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from uuid import UUID

from django.conf import settings
from django.db import connections

from companion.models import StreamCounter, Turn
from journeyloop.tenancy import tenant
from tests.chaos.talks import Talk
from tests.fakes.coaches import sign_in
from tests.fakes.event_reader import EventReader, Heard
from tests.fakes.nursery import Child

IN_THE_LOG = {"chat-message", "main-update", "secondary-update", "notification"}
HTMX = {"HX-Request": "true"}
FETCH_SECONDS = 20.0
SETTLE_SECONDS = 30.0


@contextmanager
def open_tabs(
    talks: Iterable[Talk], web: Callable[[], Child], *, loses: float = 0.0
) -> Iterator[list["Tab"]]:
    """Open a tab for each of these until the end of the block; `web` says where to turn to just then."""
    tabs = [Tab(talk, web, loses=loses, seed=number) for number, talk in enumerate(talks)]
    try:
        yield tabs
    finally:
        for tab in tabs:
            tab.close()


class Tab:
    """
    One tab of a coach's. It shows each turn as the ordinary view gave it when an event told of a change.

    `loses` is how often, in hang-ups a second, its connection breaks at some moment by itself.
    """

    def __init__(self, talk: Talk, web: Callable[[], Child], *, loses: float, seed: int) -> None:
        self._talk, self._web, self._loses = talk, web, loses
        self._dice = random.Random(seed)  # noqa: S311 - the same moments each time
        self._cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={sign_in(talk.coach.user).session_key}"}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self.numbers: list[int] = []
        """Of the events that it heard, in their order."""
        self.resets = 0
        self.streams = 0
        """How many it has opened."""
        self._stale: set[str] = set()
        self._shown: dict[str, str] = {}
        self._thread.start()

    def close(self) -> None:
        """Close the tab."""
        self._done.set()
        self._thread.join()

    def differences(self) -> list[str]:
        """Wait until it has heard all there is, close it, and compare it with one that is opened now."""
        end = time.monotonic() + SETTLE_SECONDS
        newest = self._newest()
        while time.monotonic() < end and (self._stale or (self.numbers or [0])[-1] < newest):
            time.sleep(0.05)
        self.close()
        whose = f"a tab of coach {self._talk.coach.pk}"
        broken = [f"{whose} was reset"] if self.resets else []
        if self.numbers != list(range(1, newest + 1)):
            broken.append(f"{whose} heard {self.numbers[-3:]} at last, {len(self.numbers)} of {newest}")
        fresh = {str(pk): self._fetch(str(pk)) for pk in self._turn_ids()}
        late = sorted(turn for turn in fresh if self._shown.get(turn) != fresh[turn])
        return broken + [f"{whose} shows turn {turn} as it was" for turn in late]

    def _newest(self) -> int:
        with tenant(self._talk.coach.pk):
            counter = StreamCounter.objects.first()
            return counter.last_number if counter else 0

    def _turn_ids(self) -> list[UUID]:
        with tenant(self._talk.coach.pk):
            return list(Turn.objects.values_list("pk", flat=True))

    def _live(self) -> None:
        while not self._done.is_set():
            with suppress(OSError, HTTPException, EOFError):
                self._listen()
            # As the page does: not all in the same instant.
            self._done.wait(self._dice.uniform(0.05, 0.4))
        connections.close_all()

    def _listen(self) -> None:
        after = {"Last-Event-ID": str((self.numbers or [0])[-1])}
        with EventReader(self._web().port, {**self._cookie, **after}) as reader:
            if reader.status != 200:
                return
            self.streams += 1
            reader.socket.settimeout(self._dice.expovariate(self._loses) + 0.02 if self._loses else 1.0)
            self._fetch_stale()
            for event in reader.events():
                self._hear(event)
                self._fetch_stale()
                if self._done.is_set():
                    return

    def _hear(self, event: Heard) -> None:
        self.resets += event.type == "stream-reset"
        if event.type in IN_THE_LOG:
            self.numbers.append(int(event.id))
        if event.type == "chat-message":
            self._stale.add(event.json["turn"])

    def _fetch_stale(self) -> None:
        """Fetch what was told of; what cannot be fetched now is fetched with the next stream."""
        for turn in tuple(self._stale):
            self._shown[turn] = self._fetch(turn)
            self._stale.discard(turn)

    def _fetch(self, turn: str) -> str:
        connection = HTTPConnection("127.0.0.1", self._web().port, timeout=FETCH_SECONDS)
        try:
            connection.request("GET", f"/companion/turns/{turn}/", headers={**self._cookie, **HTMX})
            answer = connection.getresponse()
            body = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 200:
            raise HTTPException(answer.status)
        return body
