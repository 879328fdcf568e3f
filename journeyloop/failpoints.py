"""
Places on a turn's way where a chaos run may kill, freeze, delay or break this process.

`JL_FAIL=turn.begun:kill` arms one, `JL_FAIL=turn.kept:sleep=3,turn.answered:raise` two. Settings read the
variable in development only, so in production nothing can.
"""

import os
import signal
import time
from typing import Literal, get_args

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

Point = Literal[
    "chat.stored",  # in the request: message and turn are written, not committed
    "bell.ringing",  # committed; nobody has been told
    "turn.claimed",  # committed; nothing has been read
    "turn.begun",  # the money is reserved; the model has not been asked
    "turn.writing",  # a piece of text goes to the page
    "turn.kept",  # the text so far is written, not committed
    "turn.answered",  # the answer is whole and nowhere but in memory
    "turn.finishing",  # everything is written, nothing committed
    "turn.finished",  # committed
    "turn.failing",  # the failure is written, not committed
    "event.publishing",  # committed; no page has heard of it
    "leases.holding",  # before leases are extended
    "turns.releasing",  # told to stop; turns are not handed back yet
    "turn.giving_up",  # in the clock: the end is written, not committed
]
"""Each stands in the code once, and the chaos tests fail for one that they do not reach."""

log = structlog.get_logger(__name__)


class FailpointError(Exception):
    """What an armed place raises."""


def failpoint(place: Point) -> None:
    """Do nothing, unless this place is armed."""
    if _armed and place in _armed:
        _strike(place, *_armed[place].split("="))


def armed_by(words: str) -> dict[str, str]:
    """Read `place:deed,…`. Raises ImproperlyConfigured for a place or a deed that does not exist."""
    pairs = [each.strip().partition(":") for each in words.split(",") if each.strip()]
    for place, _, deed in pairs:
        if place not in get_args(Point) or deed.partition("=")[0] not in {"kill", "stop", "sleep", "raise"}:
            raise ImproperlyConfigured(
                f"JL_FAIL has {place}:{deed}, which is no place with kill, stop, sleep=SECONDS or raise."
            )
    return {place: deed for place, _, deed in pairs}


def _strike(place: str, deed: str, seconds: str = "0") -> None:
    log.warning("failpoint.struck", place=place, deed=deed)
    if deed == "raise":
        raise FailpointError(place)
    if deed == "sleep":
        time.sleep(float(seconds))
        return
    os.kill(os.getpid(), signal.SIGKILL if deed == "kill" else signal.SIGSTOP)


_armed = armed_by(settings.JL_FAIL)
