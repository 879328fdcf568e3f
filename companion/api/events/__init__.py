"""
Tell a coach's open pages what changed. The only door to server-sent events.

Reliable events are rows first (`log`), numbered per coach, and carry ids and versions, never content;
text as it is written is not stored. Workers publish (`publishing`) and never load django_eventstream,
which only `library` knows; `streams` is the web side.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from companion.actions.told import EventName, Told
from companion.api.events import log
from companion.api.events.channels import live, reliable
from companion.api.events.publishing import Message, publisher

__all__ = ["last_number", "push_text", "record", "tell", "trim"]


def record(*, coach_id: UUID, event: EventName, data: Mapping[str, object]) -> None:
    """
    Append one reliable event inside the caller's tenant transaction and publish it on commit.

    Record last in the transaction: the coach's counter stays locked until it ends. Publishing never
    raises and never waits for Redis.
    """
    text = log.encode(data)
    message = Message(reliable(coach_id), event, text, number=log.append(coach_id, event, text))
    transaction.on_commit(partial(publisher.publish, message), robust=True)


def tell(coach_id: UUID, told: Iterable[Told]) -> None:
    """Record what browsers are to hear of a change, last in the transaction that made it true."""
    for each in told:
        record(coach_id=coach_id, event=each.event, data=each.data)


def push_text(*, coach_id: UUID, turn_id: UUID, offset: int, text: str) -> None:
    """
    Show a piece of a turn's text as it is written; `offset` counts Unicode code points.

    Not stored, and returns at once: the page fetches the message when a piece is missing.
    """
    data = log.encode({"turn": turn_id, "offset": offset, "text": text})
    publisher.publish(Message(live(coach_id), "turn-text", data))


def last_number(coach_id: UUID) -> int:
    """
    Say the newest event's number for a page's `data-last-event-id`.

    Ask before reading what the page shows, or an event in between is lost.
    """
    return log.newest(coach_id)


def trim(now: datetime) -> int:
    """Delete events older than a day; returns how many coaches had some."""
    return log.trim(now=now)
