"""A browser that comes back misses nothing and repeats nothing."""

import random
import threading
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone

from companion.api import events
from companion.models import StreamEvent
from journeyloop.tenancy import tenant
from tests.fakes.coaches import StreamingCoach, numbers
from tests.fakes.event_reader import EventReader
from tests.processes import Process


def test_a_browser_that_comes_back_gets_what_it_missed(server: Process, coach: StreamingCoach) -> None:
    coach.record(*range(1, 131))  # more than the library reads at once

    by_header = coach.open(server, after=2, query="?lastEventId=77")
    by_address = coach.open(server, query="?lastEventId=128")

    assert numbers(by_header.take(128)) == list(range(3, 131))
    assert numbers(by_address.take(2)) == [129, 130]


def test_a_fresh_stream_names_its_place_before_the_first_event(
    server: Process, coach: StreamingCoach
) -> None:
    coach.record(1, 2)
    stream = coach.open(server)
    while not stream.last_id:
        next(stream.blocks())
    stream.close()
    coach.record(3)

    assert stream.last_id == "2"
    assert numbers(coach.open(server, after=stream.last_id).take(1)) == [3]


@pytest.mark.parametrize("number", ["999", "9" * 30, "0009999999999999999999"])
def test_a_number_that_was_never_given_resets_the_page(
    server: Process, coach: StreamingCoach, number: str
) -> None:
    coach.record(1, 2)

    (reset,) = coach.open(server, after=number).take(1)

    assert (reset.type, reset.id) == ("stream-reset", "2")


def test_a_number_that_was_trimmed_resets_the_page(server: Process, coach: StreamingCoach) -> None:
    coach.record(1, 2, 3)
    with tenant(coach.id):
        old = timezone.now() - timedelta(hours=25)
        StreamEvent.objects.filter(number__lte=2).update(created_at=old)
    events.trim(timezone.now())

    (reset,) = coach.open(server, after=1).take(1)

    assert (reset.type, reset.id) == ("stream-reset", "3")
    assert numbers(coach.open(server, after=2).take(1)) == [3]


BAD_NUMBERS = ["-1", "error", "1e3", "0x1", " 1 2", "٣", "1,2", "'; --", "9" * 500]
BAD_NUMBERS += [f"companion-{UUID(int=7)}:1"]  # as the library itself would write it


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_what_is_no_number_gets_400(server: Process, coach: StreamingCoach, number: str) -> None:
    address = coach.open(server, query=f"?lastEventId={quote(number)}")
    header = EventReader(server.port, {**coach.cookie, "Last-Event-ID": number.encode()})  # type: ignore[dict-item]

    with header:
        for refused in (address, header):
            assert (refused.status, refused.error()["code"]) == (400, "bad_event_id")


def test_a_browser_that_keeps_losing_the_connection_misses_and_repeats_nothing(
    server: Process, coach: StreamingCoach
) -> None:
    """Statement 39: what it was told equals the log, however often and wherever it was cut off."""
    dice = random.Random(39)  # noqa: S311 # the same cuts each time
    writer = threading.Thread(target=lambda: (coach.record(*range(1, 301)), connections.close_all()))
    writer.start()
    heard: list[int] = []
    after = 0
    while len(heard) < 300:
        stream = coach.open(server, after=after)
        for event in stream.events("main-update"):
            heard.append(event.json["n"])
            after = int(event.id)
            if len(heard) == 300 or dice.random() < 0.15:
                break
        stream.close()
    writer.join()

    assert heard == list(range(1, 301))
