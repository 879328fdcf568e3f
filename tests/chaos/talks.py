"""Coaches who talk: one by one, or a crowd that never falls silent. Their rows are committed."""

import itertools
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg

from coaching.models import CoachingProfile
from companion.models import Message, Turn
from companion.scheduling import queue
from journeyloop.tenancy import tenant
from tests import factories
from tests.database import urls
from tests.fakes import attempts
from tests.fakes.waiting import until

_numbers = itertools.count(1)


def new_words() -> str:
    """Make a message that is like no other: the checker reads the number in what the model was asked."""
    return f"Number {next(_numbers)}: good morning."


class Talk:
    """One coach's conversation."""

    def __init__(self, **fields: Any) -> None:
        self.coach: CoachingProfile = factories.make_coach(unlocked=True, **fields)
        self.said: list[UUID] = []
        """Every turn that this coach asked for."""

    def say(self, text: str = "Good morning", *, rings: int = 1) -> Turn:
        with tenant(self.coach.pk):
            turn = attempts.say(text)
            for _ in range(rings):
                queue.ring(turn.pk)
        self.said.append(turn.pk)
        return turn

    def accepted(self, turn_id: str) -> None:
        """Remember a turn that web has accepted: from now on it must not be lost."""
        self.said.append(UUID(turn_id))

    def say_something(self) -> Turn:
        """Say words that no other message holds, so that the model's record can tell whose turn it was."""
        return self.say(new_words())

    def turn(self, turn: Turn) -> Turn:
        with tenant(self.coach.pk):
            found: Turn = Turn.objects.get(pk=turn.pk)
        return found

    def answers(self) -> list[str]:
        with tenant(self.coach.pk):
            said = Message.objects.filter(role="companion").order_by("number")
            return list(said.values_list("text", flat=True))

    def wait(self, turn: Turn, status: str = "done", *, seconds: float = 60.0) -> Turn:
        until(lambda: self.turn(turn).status == status, seconds=seconds, what=f"a turn that is {status}")
        return self.turn(turn)

    def wait_for_text(self, turn: Turn) -> str:
        """Wait until some of the answer is in the row."""
        return until(lambda: self.turn(turn).partial_text, what="a checkpoint of the text")


class Crowd:
    """Many coaches. Whoever has no turn under way says the next thing when asked to go on."""

    def __init__(self, size: int) -> None:
        self.talks = [Talk() for _ in range(size)]

    def go_on(self, *, at_most: int) -> int:
        """Let those speak who are not waiting for an answer; returns how many did."""
        busy = set(_owner_ids("SELECT coach_id FROM companion_turn WHERE status IN ('queued', 'running')"))
        # Whoever spoke least goes first, so that all speak.
        free = sorted((t for t in self.talks if t.coach.pk not in busy), key=lambda t: len(t.said))[:at_most]
        for talk in free:
            talk.say_something()
        return len(free)

    def joined(self) -> Talk:
        """Let one coach more come, for whom nothing is under way."""
        self.talks.append(Talk())
        return self.talks[-1]

    def wait(self, *, seconds: float) -> float:
        """Wait until nobody waits; returns how long it took. Who still does then, the checker finds."""
        began = time.monotonic()
        while unfinished() and time.monotonic() - began < seconds:
            time.sleep(0.1)
        return time.monotonic() - began


def unfinished() -> int:
    """Count the turns that wait or run."""
    return len(_owner_ids("SELECT id FROM companion_turn WHERE status IN ('queued', 'running')"))


def expire_leases(turns: Iterable[Turn] | None = None) -> None:
    """Let the database's clock pass the end of every lease, or of the leases of these."""
    end = "UPDATE companion_turn SET lease_until = now() - interval '1 second' WHERE status = 'running'"
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        if turns is None:
            owner.execute(end)
        else:
            owner.execute(f"{end} AND id = ANY(%s)", [[turn.pk for turn in turns]])


def _owner_ids(statement: str) -> list[UUID]:
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        return [row[0] for row in owner.execute(statement)]
