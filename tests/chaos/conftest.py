"""Coaches whose turns real workers carry, through the real client of a provider, to the model server."""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest

from coaching.models import CoachingProfile
from companion.models import Message, Turn
from companion.scheduling import queue
from journeyloop.tenancy import tenant
from tests import factories
from tests.database import urls
from tests.fakes import attempts
from tests.fakes.model_server import ModelServer
from tests.fakes.waiting import until
from tests.processes import Process, StartProcess

StartWorker = Callable[..., Process]
"""start_worker(name, **environment)"""


class Talk:
    """One coach's conversation, its rows committed."""

    def __init__(self, **fields: Any) -> None:
        self.coach: CoachingProfile = factories.make_coach(unlocked=True, **fields)

    def say(self, text: str = "Good morning", *, rings: int = 1) -> Turn:
        with tenant(self.coach.pk):
            turn = attempts.say(text)
            for _ in range(rings):
                queue.ring(turn.pk)
        return turn

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


@pytest.fixture
def talk(committed: None) -> Talk:
    return Talk()


@pytest.fixture
def start_worker(start: StartProcess, model_server: ModelServer) -> StartWorker:
    return partial(_start_worker, start, model_server)


def _start_worker(start: StartProcess, model_server: ModelServer, name: str, **environment: str) -> Process:
    worker = start(name, "manage.py", "work", **{**to_model(model_server), **environment})
    until(lambda: "worker.ready" in worker.log, what=f"{name} to be ready")
    return worker


def to_model(server: ModelServer) -> dict[str, str]:
    """Lead a worker to the model server as if it were the provider."""
    return {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "not-a-key", "NO_PROXY": "127.0.0.1"}


def expire_leases() -> None:
    """Let the database's clock pass the end of every lease."""
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(
            "UPDATE companion_turn SET lease_until = now() - interval '1 second' WHERE status = 'running'"
        )
