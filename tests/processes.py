"""
Real processes on the test database: a web server, a worker, a model server.

Their rows are committed, so they bring `committed` with them. A process that ended by itself fails the test,
and what a process said is shown when a test fails. Nothing outlives the run.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import database
from tests.fakes.model_server import ModelServer
from tests.fakes.model_server import model_server as serve_model
from tests.fakes.nursery import Child

ROOT = Path(__file__).resolve().parents[1]
GRACE_SECONDS = 25
LAST_CHARACTERS = 6000


@dataclass(eq=False)
class Process:
    """One running process of the product."""

    name: str
    popen: subprocess.Popen[bytes]
    log_file: Path
    port: int = 0

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def log(self) -> str:
        """All that it said so far."""
        return self.log_file.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        return self.popen.poll() is None

    def kill(self) -> None:
        """End it as the kernel would: nothing is tidied up."""
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> int:
        """End it politely and return its exit code; what does not end in time is killed."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL


StartProcess = Callable[..., Process]
"""start(name, *command, port=…, **environment)"""


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    directory: Path,
    *,
    environment: Mapping[str, str] | None = None,
    listener: socket.socket | None = None,
) -> Iterator[Process]:
    """Run one of the product's processes on the test database until the end of the block."""
    log_file = directory / f"{name}.log"
    with log_file.open("wb") as output:
        popen = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**_inherited(), **database.urls(), **(environment or {})},
            pass_fds=[listener.fileno()] if listener else [],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    process = Process(name, popen, log_file, listener.getsockname()[1] if listener else 0)
    try:
        yield process
    finally:
        if process.is_running:
            process.stop()


def _inherited() -> dict[str, str]:
    # What the browser tests allow themselves, the product does not need.
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


@contextmanager
def web(
    directory: Path, *, name: str = "web", environment: Mapping[str, str] | None = None
) -> Iterator[Process]:
    """Serve on a free port. The socket listens from the first moment: a request waits for the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        os.set_inheritable(listener.fileno(), True)
        command = ["-m", "uvicorn", "journeyloop.asgi:application", "--fd", str(listener.fileno())]
        command += ["--log-level", "warning", "--timeout-graceful-shutdown", "2"]
        with running(name, command, directory, environment=environment, listener=listener) as process:
            yield process


@pytest.fixture(scope="session")
def _web(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Process]:
    with web(tmp_path_factory.mktemp("web")) as process:
        yield process


@pytest.fixture
def server(_web: Process, committed: None) -> Process:
    """A web process, shared by all tests."""
    assert _web.is_running, _web.log
    return _web


@pytest.fixture(scope="module")
def _worker(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Process]:
    with running("worker", ["manage.py", "work"], tmp_path_factory.mktemp("worker")) as process:
        yield process


@pytest.fixture
def worker(_worker: Process, committed: None) -> Process:
    """A worker with the offline model, shared by the tests of a module: it takes turns of all of them."""
    assert _worker.is_running, _worker.log
    return _worker


@pytest.fixture
def start(tmp_path: Path, committed: None, request: pytest.FixtureRequest) -> Iterator[StartProcess]:
    """Start more processes, for one test: start("worker", "manage.py", "work", COMPANION_MODEL="…")."""
    with ExitStack() as stack:

        def begin(name: str, *command: str, **environment: str) -> Process:
            process = stack.enter_context(running(name, command, tmp_path, environment=environment))
            request.node.stash.setdefault(STARTED, []).append(process)
            return process

        yield begin


@pytest.fixture(scope="session")
def _model_server() -> Iterator[ModelServer]:
    with serve_model() as running_server:
        yield running_server


@pytest.fixture
def model_server(_model_server: ModelServer) -> ModelServer:
    """A model's API on loopback, with nothing scripted yet."""
    _model_server.reset()
    return _model_server


STARTED: pytest.StashKey[list[Process] | list[Child]] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show what the processes of a failed test said."""
    report = yield
    if report.failed:
        values = getattr(item, "funcargs", {}).values()
        shared = {value for value in values if isinstance(value, Process | Child)}
        for process in [*shared, *item.stash.get(STARTED, [])]:
            report.sections.append((f"{process.name} (pid {process.pid})", process.log[-LAST_CHARACTERS:]))
    return report
