"""Every channel of the event stream and every event on it is known, and a coach hears their own alone."""

import inspect
from collections.abc import Mapping
from typing import get_args
from uuid import uuid4

import pytest

from companion.actions.told import EventName
from companion.api.events import channels, library
from tests.invariants.classified import assert_classified

CHANNELS: Mapping[str, str] = {
    "reliable": "what changed, as ids and versions; kept for a day",
    "live": "the answer as it is written; not kept",
}
"""A channel and what it carries. Who may hear it: the coach whose id it names, and nobody else."""

QUESTIONS = {"coach_of", "is_reliable"}
"""What of the module names no channel."""

EVENTS: Mapping[str, set[str]] = {
    "chat-message": {"turn", "message", "version"},
    "main-update": {"panel", "kind", "object", "version"},
    "secondary-update": {"panel", "kind", "object", "version"},
    "notification": {"id", "version"},
    "errand-update": {"errand", "kind", "session", "version"},
}
"""A reliable event and what it holds: ids, numbers and names out of the code, never words."""


def test_every_channel_is_known() -> None:
    found = {name for name, each in inspect.getmembers(channels, inspect.isfunction)} - QUESTIONS

    assert_classified(found, [CHANNELS], what="channels", where="tests/invariants/test_channels.py")


def test_every_event_is_known() -> None:
    where = "tests/invariants/test_channels.py"

    assert_classified(get_args(EventName), [EVENTS], what="events", where=where)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_heard_by_its_own_coach_alone(name: str) -> None:
    alice, bob = uuid4(), uuid4()
    channel = getattr(channels, name)(alice)
    manager = library.CoachChannels()

    assert channels.coach_of(channel) == alice
    assert manager.can_read_channel(alice, channel)
    assert not manager.can_read_channel(bob, channel)
    assert not manager.can_read_channel(None, channel)
    assert channel in library.Listener(alice).channels
    assert channel not in library.Listener(bob).channels
