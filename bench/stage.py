"""The stage for benchmarks: throw-away services, the real processes, the floor's, and a model server."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from journeyloop.embedded.services import Services, ephemeral
from tests.fakes.model_server import ModelServer, model_server

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything listens."""

    web: int
    floor: int
    model: ModelServer
    services: Services


@contextmanager
def set_up(*, workers: int = 1, marks: Path | None = None) -> Iterator[Stage]:
    """
    Start everything, with `workers` worker processes; all of it is gone after the block.

    With `marks`, web and worker note the steps of each turn into files of that folder.
    """
    with ExitStack() as stack:
        data_dir = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        services = stack.enter_context(ephemeral(data_dir / "services"))
        model = stack.enter_context(model_server())
        os.environ |= _environment(services, model)
        _manage("migrate", "--noinput")
        _manage("load_skills")
        web, floor = _free_port(), _free_port()
        start = _Starter(stack, data_dir)
        _start_product(start, web, workers, marks)
        start("uvicorn", "bench.rq_floor:app", "--port", str(floor), "--no-access-log")
        start("bench.rq_floor")
        wait_until(lambda: _ready(web, workers) and _listens(floor), seconds=30)
        yield Stage(web, floor, model, services)


def _start_product(start: "_Starter", web: int, workers: int, marks: Path | None) -> None:
    if marks is None:
        start("uvicorn", "journeyloop.asgi:application", "--port", str(web), "--no-access-log")
    else:
        start("bench.marked", str(marks / "web.marks"), "web", str(web))
    for number in range(workers):
        if marks is None:
            start.manage("work")
        else:
            start("bench.marked", str(marks / f"worker{number}.marks"), "work")


def wait_until(is_true: Callable[[], bool], *, seconds: float) -> None:
    """Poll until it holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError("the stage did not come up; see its logs")
        time.sleep(0.1)


class _Starter:
    """Starts Python modules as processes that end with the stage."""

    def __init__(self, stack: ExitStack, logs: Path) -> None:
        self._stack, self._logs = stack, logs

    def __call__(self, module: str, *arguments: str) -> None:
        self._start([sys.executable, "-m", module, *arguments])

    def manage(self, *arguments: str) -> None:
        self._start([sys.executable, "manage.py", *arguments])

    def _start(self, command: list[str]) -> None:
        log = self._stack.enter_context((self._logs / f"{secrets.token_hex(4)}.log").open("wb"))
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603 - our own programs
        self._stack.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(8)
    except subprocess.TimeoutExpired:
        process.kill()


def _environment(services: Services, model: ModelServer) -> dict[str, str]:
    return {
        "DEBUG": "1",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": services.app_url,
        "DATABASE_OWNER_URL": services.owner_url,
        "DATABASE_SYSTEM_URL": services.system_url,
        "REDIS_URL": services.redis_url,
        "ANTHROPIC_API_KEY": "bench",
        "ANTHROPIC_BASE_URL": model.url,
        "COMPANION_MODEL": "anthropic:claude-sonnet-5-5",
        "DJANGO_SETTINGS_MODULE": "journeyloop.settings",
        "TURNS_PER_WORKER": "64",
    }


def _manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True, capture_output=True)  # noqa: S603


def _ready(port: int, workers: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            return f'"seen": {workers}'.encode() in answer.read()
    except (urllib.error.URLError, ConnectionError):
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
