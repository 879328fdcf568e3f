"""The publishing side while Redis is away: nobody waits, and the newest event of each coach is owed."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from companion.api.events.publishing import REDIS_CHANNEL, Message, Publisher
from tests.fakes.wire import Wire


@pytest.fixture
def heard(settings: Any) -> Iterator[Any]:
    """What web processes hear, by a connection of their own."""
    client = redis.Redis(**settings.EVENTSTREAM_REDIS)
    with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(REDIS_CHANNEL)
        pubsub.get_message(timeout=30)  # the confirmation

        def hear() -> str:
            message = pubsub.get_message(timeout=30)
            assert message, "nothing was published"
            return str(message["data"].decode())

        yield hear


@pytest.fixture
def wire(settings: Any) -> Iterator[Wire]:
    wire = Wire(settings.EVENTSTREAM_REDIS["port"])
    settings.EVENTSTREAM_REDIS = {**settings.EVENTSTREAM_REDIS, "port": wire.port}
    yield wire
    wire.cut()


@pytest.fixture
def publish(heard: object, wire: Wire) -> Iterator[Any]:
    own = Publisher()
    yield lambda channel, number: own.publish(Message(channel, "main-update", "{}", number=number))
    own.close()


@pytest.fixture
def paused(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """Wait until the outage is noticed, and count how often that was said."""

    def wait() -> int:
        deadline = time.monotonic() + 30
        while not (said := sum("events.publishing_paused" in each for each in caplog.messages)):
            assert time.monotonic() < deadline, "the outage was not noticed"
            time.sleep(0.01)
        return said

    return wait


def test_messages_arrive_in_their_order(publish, heard) -> None:
    sent = [Message("companion-a", "main-update", "{}", number=number) for number in range(1, 500)]

    for message in sent:
        publish(message.channel, message.number)

    assert [heard() for _ in sent] == [message.encoded() for message in sent]


def test_after_an_outage_each_coach_hears_of_their_newest_event(publish, heard, wire: Wire, paused) -> None:
    publish("companion-a", 1)
    first = heard()
    wire.cut()
    publish("companion-a", 2)
    paused()
    for number in (3, 4):
        publish("companion-a", number)
        publish("companion-b", number)
        publish("live-a", None)
    wire.mend()

    after = {heard(), heard()}

    assert first == Message("companion-a", "main-update", "{}", number=1).encoded()
    newest = [Message(f"companion-{coach}", "main-update", "{}", number=4) for coach in "ab"]
    assert after == {message.encoded() for message in newest}


def test_an_outage_is_logged_once(publish, heard, wire: Wire, paused) -> None:
    wire.cut()
    publish("companion-a", 1)
    paused()
    for number in range(2, 50):
        publish("companion-a", number)
    wire.mend()
    heard()

    assert paused() == 1


def test_a_process_that_ends_sends_what_it_still_has(heard, wire: Wire) -> None:
    ending = Publisher()
    message = Message("companion-a", "main-update", "{}", number=1)
    ending.publish(message)

    ending.close()

    assert heard() == message.encoded()
