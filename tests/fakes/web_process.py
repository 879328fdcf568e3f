"""A real web process on the test database, with its Redis on a wire."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connections

from tests.fakes.wire import Wire

ROOT = Path(__file__).resolve().parents[2]
GRACE_SECONDS = 5


@dataclass(eq=False)
class Server:
    """One web process."""

    port: int
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))


@contextmanager
def serving(
    directory: Path, wire: Wire, application: str = "journeyloop.asgi:application"
) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener, (directory / "log").open("wb") as output:
        os.set_inheritable(listener.fileno(), True)
        grace = ["--timeout-graceful-shutdown", str(GRACE_SECONDS)]
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", application, "--fd", str(listener.fileno()), *grace],
            cwd=ROOT,
            env={**os.environ, **_urls(), "REDIS_URL": _with_port(settings.REDIS_URL, wire.port)},
            pass_fds=[listener.fileno()],
            stdout=output,
            stderr=output,
        )
        # The socket listens already: a request waits until the server takes it.
        try:
            yield Server(listener.getsockname()[1], process, directory / "log")
        finally:
            process.kill()
            process.wait()


def _urls() -> dict[str, str]:
    """Lead the server to the test database, with the roles of this process."""
    names = {"default": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "system": "DATABASE_SYSTEM_URL"}
    return {
        name: "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connections[alias].settings_dict)
        for alias, name in names.items()
    }


def _with_port(url: str, port: int) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
