"""The stage of a chaos run: the product's processes on throw-away services, a model server, and the wires."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from tests.chaos.services import Database
from tests.database import urls
from tests.fakes.model_server import ModelServer
from tests.fakes.nursery import Child, Nursery
from tests.fakes.ports import held_port
from tests.fakes.waiting import until
from tests.fakes.wire import Wire

READY_SECONDS = 60.0


@dataclass(eq=False)
class Stage:
    """What a scenario plays on."""

    nursery: Nursery
    model: ModelServer
    database: Database | None = None
    """To stop and to fill; None where others need it."""

    def worker(self, name: str = "worker", **how: Any) -> Child:
        """Start a worker that asks the model server, and wait until it works."""
        return self.ready(self.begin_worker(name, **how))

    def begin_worker(self, name: str = "worker", *, is_hasty: bool = False, **how: Any) -> Child:
        """The same without waiting; a hasty one has a lease of a few seconds."""
        command = ["-m", "tests.fakes.hasty_worker"] if is_hasty else ["manage.py", "work"]
        return self.nursery.bear(name, *command, **{**to_model(self.model), **how})

    def ready(self, worker: Child) -> Child:
        """Wait until a worker works."""
        until(lambda: is_ready(worker), seconds=READY_SECONDS, what=f"{worker.name} to be ready")
        return worker

    def clock(self, *, is_hasty: bool = False, **how: Any) -> Child:
        """Start a clock; a hasty one ticks every other second."""
        command = ["-m", "tests.fakes.hasty_clock"] if is_hasty else ["clock.py"]
        return self.nursery.bear("clock", *command, **how)

    def web(self, **how: Any) -> Child:
        """Start a web process on a free port, with the Procfile's limits, and wait until it answers."""
        command = ["-m", "uvicorn", "journeyloop.asgi:application", "--lifespan", "off"]
        command += ["--log-level", "warning", "--timeout-graceful-shutdown", "10"]
        with held_port() as port:
            web = self.nursery.bear("web", *command, "--port", str(port), port=port, **how)
            until(lambda: _listens(web), seconds=READY_SECONDS, what="web to listen")
        return web

    @contextmanager
    def wire(self, target_port: int) -> Iterator[Wire]:
        """Lay a wire until the end of the block."""
        wire = Wire(target_port)
        try:
            yield wire
        finally:
            wire.cut()


def is_ready(worker: Child) -> bool:
    """Say whether a worker has begun to look for turns. One that ended meanwhile fails the run."""
    if "worker.ready" in worker.log:
        return True
    if not worker.is_running:
        raise AssertionError(f"{worker.name} ended before it was ready:\n{worker.log[-2000:]}")
    return False


def _listens(web: Child) -> bool:
    assert web.is_running, web.log[-2000:]
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", web.port)) == 0


def to_model(server: ModelServer, *, port: int = 0) -> dict[str, str]:
    """Lead a worker to the model server as if it were the provider, by a wire's port if one is given."""
    return {
        "ANTHROPIC_BASE_URL": with_port(server.url, port) if port else server.url,
        "ANTHROPIC_API_KEY": "not-a-key",
        "NO_PROXY": "127.0.0.1",
    }


def to_redis(port: int) -> dict[str, str]:
    """Lead a process to Redis by this port."""
    return {"REDIS_URL": with_port(settings.REDIS_URL, port)}


def to_postgres(port: int) -> dict[str, str]:
    """Lead a process to PostgreSQL by this port."""
    return {name: with_port(url, port) for name, url in urls().items()}


def with_port(url: str, port: int) -> str:
    """Change the port of an address."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{port}"))
