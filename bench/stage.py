"""The stage for benchmarks: throw-away services, the real processes, the floors', and a model server."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from journeyloop.embedded.services import Services, ephemeral
from tests.fakes.model_server import ModelServer, model_server

ROOT = Path(__file__).resolve().parent.parent
NO_MODEL = "http://127.0.0.1:1"
KEPT = ("--no-access-log", "--timeout-keep-alive", "60")
"""A connection outlives the making of the next coach."""


@dataclass(slots=True)
class Stage:
    """Where everything listens, and which processes there are."""

    web: int
    floor: int
    django_floor: int
    model: ModelServer
    services: Services
    pids: dict[str, list[int]] = field(default_factory=dict)
    """By kind: web, worker, floor, floor worker."""

    def analyse(self) -> None:
        """Let PostgreSQL learn how many rows there are, as its own upkeep does within a minute."""
        analyse(self.services)


@contextmanager
def set_up(
    *,
    web_processes: int = 1,
    workers: int = 1,
    floor_workers: int = 1,
    django_floor: bool = False,
    first: float = 0.0,
    gap: float = 0.0,
    marks: Path | None = None,
    offline: bool = False,
) -> Iterator[Stage]:
    """
    Start everything; all of it is gone after the block.

    The model begins to answer after `first` seconds and pauses `gap` between pieces. With `marks`, web and
    worker note the steps of each turn into files of that folder. `offline` leaves the model server unused.
    """
    with ExitStack() as stack:
        services = stack.enter_context(rows_only())
        model = stack.enter_context(model_server(first=first, gap=gap))
        os.environ["ANTHROPIC_BASE_URL"] = model.url
        if offline:
            os.environ["COMPANION_MODEL"] = "offline"
        stage = Stage(free_port(), free_port(), free_port(), model, services)
        start = Starter(stack, stage.pids)
        stack.push(start.explain)
        _start_product(start, stage.web, web_processes, workers, marks)
        start("floor", "uvicorn", "bench.rq_floor:app", "--port", str(stage.floor), *KEPT)
        for _ in range(floor_workers):
            start("floor worker", "bench.rq_floor")
        if django_floor:
            _start_django_floor(start, stage)
        wait_until(lambda: _ready(stage.web, workers) and listens(stage.floor), seconds=180)
        yield stage


@contextmanager
def rows_only() -> Iterator[Services]:
    """Start the services and make the tables, for what needs no process of the product."""
    with tempfile.TemporaryDirectory() as folder, ephemeral(Path(folder) / "services") as services:
        os.environ |= environment(services)
        manage("migrate", "--noinput")
        manage("load_skills")
        manage("collectstatic", "--noinput")
        yield services


def analyse(services: Services) -> None:
    """Vacuum and analyse all tables."""
    with psycopg.connect(services.superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def wait_until(is_true: Callable[[], bool], *, seconds: float, every: float = 0.1) -> None:
    """Poll until it holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise TimeoutError("the stage did not come up; see its logs")
        time.sleep(every)


def _start_product(start: "Starter", web: int, web_processes: int, workers: int, marks: Path | None) -> None:
    if marks is None:
        many = ("--workers", str(web_processes))
        start("web", "uvicorn", "journeyloop.asgi:application", "--port", str(web), *many, *KEPT)
    else:
        start("web", "bench.marked", str(marks / "web.marks"), "web", str(web))
    for number in range(workers):
        if marks is None:
            start.manage("worker", "work")
        else:
            start("worker", "bench.marked", str(marks / f"worker{number}.marks"), "work")


def _start_django_floor(start: "Starter", stage: Stage) -> None:
    url = stage.services.superuser_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE floor")
    os.environ["FLOOR_DATABASE_URL"] = url.rpartition("/")[0] + "/floor"
    port = str(stage.django_floor)
    start("floor", "uvicorn", "bench.django_floor:app", "--port", port, *KEPT)
    start("floor worker", "bench.django_floor_work")
    wait_until(lambda: listens(stage.django_floor), seconds=180)


class Starter:
    """Starts Python modules as processes that end with the stage, and notes their pids."""

    def __init__(self, stack: ExitStack, pids: dict[str, list[int]]) -> None:
        self._stack, self._pids = stack, pids
        self._logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))

    def __call__(self, kind: str, module: str, *arguments: str) -> None:
        self._start(kind, [sys.executable, "-m", module, *arguments])

    def manage(self, kind: str, *arguments: str) -> None:
        self._start(kind, [sys.executable, "manage.py", *arguments])

    def explain(self, kind: type[BaseException] | None, *_: object) -> None:
        """Print the last lines of every process when the benchmark failed."""
        if kind is None:
            return
        for file in sorted(self._logs.iterdir()):
            print(f"--- {file.name}", *file.read_text(errors="replace").splitlines()[-60:], sep="\n")

    def _start(self, kind: str, command: list[str]) -> None:
        log = self._stack.enter_context((self._logs / f"{kind}-{secrets.token_hex(2)}.log").open("wb"))
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603 - our own programs
        self._pids.setdefault(kind, []).append(process.pid)
        self._stack.callback(stop, process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process, politely if it lets us."""
    process.terminate()
    try:
        process.wait(8)
    except subprocess.TimeoutExpired:
        process.kill()


def environment(services: Services) -> dict[str, str]:
    """Give what the product's processes find in their environment: as in production."""
    return {
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_hex(32),
        "FIELD_ENCRYPTION_KEYS": secrets.token_urlsafe(32),
        "ALLOWED_HOSTS": "127.0.0.1",
        "EMAIL_URL": "postmark://nobody",
        "DATABASE_URL": services.app_url,
        "DATABASE_OWNER_URL": services.owner_url,
        "DATABASE_SYSTEM_URL": services.system_url,
        "REDIS_URL": services.redis_url,
        "ANTHROPIC_API_KEY": "bench",
        "ANTHROPIC_BASE_URL": NO_MODEL,
        "COMPANION_MODEL": "anthropic:claude-sonnet-5-5",
        "DJANGO_SETTINGS_MODULE": "journeyloop.settings",
    }


def manage(*arguments: str, **environment: str) -> None:
    """Run a command of manage.py."""
    command, variables = [sys.executable, "manage.py", *arguments], {**os.environ, **environment}
    subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True)  # noqa: S603 - our own


def memory_mib(pids: list[int]) -> float:
    """Sum what these processes hold, each shared page counted in parts (PSS)."""
    return sum(_pss_kib(pid) for pid in pids) / 1024


def _pss_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def cpu_seconds(pids: Iterable[int]) -> float:
    """Sum the processor time that these processes and their children have used."""
    family = [relative for pid in pids for relative in (pid, *_children(pid))]
    return sum(_ticks(pid) for pid in family) / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _ready(port: int, workers: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            return f'"seen": {workers}'.encode() in answer.read()
    except (urllib.error.URLError, ConnectionError):
        return False


def listens(port: int) -> bool:
    """Whether something answers at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Find a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
