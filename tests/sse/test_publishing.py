"""The publishing side while Redis is away: nobody waits, and the newest event of each coach is owed."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from pytest_django.fixtures import SettingsWrapper

from companion.api.events import publisher
from companion.api.events.publisher import REDIS_CHANNEL, Message, Publisher
from tests.fakes.wire import Wire


@pytest.fixture
def heard(settings: SettingsWrapper) -> Iterator[Any]:
    """What web processes hear, by a connection of their own."""
    client = redis.Redis(**settings.EVENTSTREAM_REDIS)
    with client, client.pubsub(ignore_subscribe_messages=True) as pubsub:
        pubsub.subscribe(REDIS_CHANNEL)
        pubsub.get_message(timeout=5)  # the confirmation
        yield lambda: pubsub.get_message(timeout=5)["data"].decode()


@pytest.fixture
def wire(settings: SettingsWrapper) -> Iterator[Wire]:
    wire = Wire(settings.EVENTSTREAM_REDIS["port"])
    settings.EVENTSTREAM_REDIS = {**settings.EVENTSTREAM_REDIS, "port": wire.port}
    yield wire
    wire.cut()


@pytest.fixture
def publish(heard: object, wire: Wire) -> Iterator[Any]:
    own = Publisher()
    yield lambda channel, number: own.publish(Message(channel, "main-update", "{}", number=number))
    own.close()


def test_messages_arrive_in_their_order(publish, heard) -> None:
    sent = [Message("companion-a", "main-update", "{}", number=number) for number in range(1, 500)]

    for message in sent:
        publish(message.channel, message.number)

    assert [heard() for _ in sent] == [message.encoded() for message in sent]


def test_after_an_outage_each_coach_hears_of_their_newest_event(publish, heard, wire: Wire) -> None:
    publish("companion-a", 1)
    first = heard()
    wire.cut()
    for number in (2, 3, 4):
        publish("companion-a", number)
        publish("companion-b", number)
        publish("live-a", None)
    wire.mend()

    after = {heard(), heard()}

    assert first == Message("companion-a", "main-update", "{}", number=1).encoded()
    assert after == {
        Message(channel, "main-update", "{}", number=4).encoded()
        for channel in ("companion-a", "companion-b")
    }


def test_an_outage_is_logged_once(publish, heard, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    wire.cut()
    for number in range(1, 50):
        publish("companion-a", number)
    wire.mend()
    heard()

    paused = [each for each in caplog.messages if "events.publishing_paused" in each]
    assert len(paused) == 1


def test_a_process_that_ends_sends_what_it_still_has(heard, wire: Wire) -> None:
    ending = publisher.Publisher()
    message = Message("companion-a", "main-update", "{}", number=1)
    ending.publish(message)

    ending.close()

    assert heard() == message.encoded()
