"""`make run` from its first line to its last process, on a data directory and a port of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from journeyloop.embedded.postgres import free_port
from tests.fakes.ports import held_port

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = re.compile(r"^(DATABASE_.*|REDIS_URL|SECRET_KEY|DEBUG|FIELD_ENCRYPTION_KEYS)$")

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"),
]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Both tests start on the same one: the second start finds everything made."""
    data_dir = tmp_path_factory.mktemp("data")
    yield data_dir
    _forget_relocated_data(data_dir)


def test_it_gets_ready_serves_commands_beside_it_and_leaves_no_process_behind(data_dir: Path) -> None:
    with _running(data_dir) as (launcher, port, environment):
        beside = _run(environment, "manage.py", "migrate", "--check")
        second = _run({**environment, "PORT": str(free_port())}, "-m", "journeyloop.embedded.run")
        status = _status(port)
        launcher.send_signal(signal.SIGTERM)
        ended = launcher.wait(timeout=25)

    assert beside.returncode == 0, beside.stdout
    assert status == 200
    assert second.returncode == 1
    assert "already running" in second.stdout
    assert ended == 0
    assert _processes_of(data_dir) == []


def test_it_leaves_no_process_behind_even_when_it_is_killed(data_dir: Path) -> None:
    with _running(data_dir) as (launcher, _, _):
        launcher.kill()
        launcher.wait()
        left = _processes_after_a_while(data_dir)

    assert left == []


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@contextmanager
def _running(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], int, dict[str, str]]]:
    with held_port() as port:
        environment = _environment(data_dir, port)
        with _launched(environment) as launcher:
            yield launcher, port, environment


def _environment(data_dir: Path, port: int) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not SETTINGS.match(name)}
    return {**environment, "JL_DATA_DIR": str(data_dir), "PORT": str(port)}


@contextmanager
def _launched(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    launcher = subprocess.Popen(
        [sys.executable, "-m", "journeyloop.embedded.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with launcher:
        try:
            _wait_until_ready(launcher)
            yield launcher
        finally:
            launcher.terminate()
            launcher.communicate()


def _forget_relocated_data(data_dir: Path) -> None:
    """Remove what root keeps elsewhere, because pytest's directories are closed to other users."""
    note = data_dir / "services-are-in"
    if note.exists():
        shutil.rmtree(note.read_text().strip())


def _wait_until_ready(launcher: subprocess.Popen[str]) -> None:
    said = []
    for line in launcher.stdout or ():
        said.append(line)
        if line.startswith("Ready: http://127.0.0.1:"):
            return
    pytest.fail(f"it never got ready:\n{''.join(said)}")


def _status(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/readyz")
    status = connection.getresponse().status
    connection.close()
    return status


def _processes_after_a_while(data_dir: Path) -> list[str]:
    deadline = time.monotonic() + 25
    while _processes_of(data_dir) and time.monotonic() < deadline:
        time.sleep(0.1)
    return _processes_of(data_dir)


def _processes_of(data_dir: Path) -> list[str]:
    """List the command lines of all processes that were started with this data directory."""
    mark, found = f"JL_DATA_DIR={data_dir}\0".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (process / "environ").read_bytes() + b"\0":
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found
