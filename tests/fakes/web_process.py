"""A real web process whose way to Redis is a wire, which a test can cut."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

from tests.fakes.wire import Wire
from tests.processes import Process, running

GRACE_SECONDS = 5


@contextmanager
def serving(
    directory: Path, wire: Wire, application: str = "journeyloop.asgi:application"
) -> Iterator[Process]:
    """Serve on a free port until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        os.set_inheritable(listener.fileno(), True)
        command = ["-m", "uvicorn", application, "--fd", str(listener.fileno())]
        command += ["--timeout-graceful-shutdown", str(GRACE_SECONDS)]
        environment = {"REDIS_URL": _with_port(settings.REDIS_URL, wire.port)}
        with running("web", command, directory, environment=environment, listener=listener) as process:
            yield process


def _with_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
