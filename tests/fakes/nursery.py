"""
Processes by the dozen: one that has the heavy libraries loaded forks the others.

A worker takes four seconds to load and a chaos run needs hundreds. A child begins where the product begins,
at manage.py, clock.py or uvicorn, and reads its settings from an environment of its own.

    with Nursery(directory) as nursery:
        worker = nursery.bear("worker", "manage.py", "work", JL_FAIL="turn.begun:kill")
        worker.send(signal.SIGKILL)
"""

import contextlib
import ctypes
import json
import os
import runpy
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from tests.fakes.waiting import until

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 25.0
PR_SET_PDEATHSIG = 1

HEAVY = (
    "apscheduler.schedulers.blocking",
    "companion.engine.agent",
    "companion.engine.backends.hosted",
    "django.core.management",
    "django.views.debug",
    "jwt",
    "requests",
    "django.db.backends.postgresql.base",
    "genai_prices.data_snapshot",
    "psycopg_pool",
    "redis.asyncio",
    "rq",
    "structlog",
    "uvicorn",
    "uvicorn.protocols.http.h11_impl",
)
"""What needs no settings."""


class NotOursError(Exception):
    """The process of this id is not the one that was born with it."""


@dataclass(eq=False)
class Child:
    """One process of the product."""

    name: str
    pid: int
    log_file: Path
    port: int
    parent: int
    _fd: int

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All that it said so far."""
        return self.log_file.read_text(errors="replace")

    @property
    def is_running(self) -> bool:
        return not select.select([self._fd], [], [], 0)[0]

    @property
    def is_frozen(self) -> bool:
        """Whether SIGSTOP holds it."""
        return _stat(self.pid)[0] == "T"

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this very process; one that has ended already gets none."""
        try:
            check(self.pid, parent=self.parent)
            signal.pidfd_send_signal(self._fd, number)
        except (NotOursError, ProcessLookupError):
            # One that is about to end has lost its executable already.
            if not select.select([self._fd], [], [], 1.0)[0]:
                raise

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Wait for its end and return its exit code; minus the signal that ended it. Raises TimeoutError."""
        if not select.select([self._fd], [], [], seconds)[0]:
            raise TimeoutError(
                f"{self.name} ({self.pid}) did not end within {seconds:g} s:\n{self.log[-2000:]}"
            )
        note = self.log_file.with_suffix(".ended")
        until(note.exists, what=f"the end of {self.name} to be noted")
        return os.waitstatus_to_exitcode(int(note.read_text()))

    def kill(self) -> None:
        """End it as the kernel would: nothing is tidied up."""
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self) -> int:
        """End it politely and return its exit code; what does not end in time is killed."""
        self.send(signal.SIGTERM)
        try:
            return self.wait()
        except TimeoutError:
            self.kill()
            return -signal.SIGKILL


def check(pid: int, *, parent: int) -> None:
    """Raise NotOursError unless this is a Python of ours with that parent."""
    try:
        executable = Path(f"/proc/{pid}/exe").readlink()
        its_parent = int(_stat(pid)[1])
    except OSError as error:
        raise NotOursError(f"there is no process {pid}") from error
    if executable != Path(sys.executable).resolve() or its_parent != parent:
        raise NotOursError(f"{pid} is {executable} and a child of {its_parent}")


def _stat(pid: int) -> list[str]:
    """Read a process's state, its parent, and so on, which follow its name in parentheses."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


class Nursery:
    """Bears processes until the end of the block, and leaves none behind."""

    def __init__(self, directory: Path, environment: Callable[[], dict[str, str]]) -> None:
        self.directory = directory
        self._environment = environment
        self.children: list[Child] = []
        """All that were born since the last `clear`."""

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.fakes.nursery"]
        self._popen = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, *details: object) -> None:
        self.clear()
        # Its input ends, so it does; had we been killed, the same.
        self._popen.communicate()

    def clear(self) -> None:
        """End all children that still run, without ceremony."""
        for child in self.children:
            child.send(signal.SIGKILL)
        for child in self.children:
            child.wait()
            os.close(child._fd)
        self.children.clear()

    def bear(
        self,
        name: str,
        *command: str,
        port: int = 0,
        shift_minutes: float = 0,
        **environment: str,
    ) -> Child:
        """Fork one; `shift_minutes` sets its clock wrong."""
        log_file = self.directory / f"{len(list(self.directory.glob('*.log')))}-{name}.log"
        log_file.touch()
        wish = {
            "log": str(log_file),
            "command": command,
            "environment": {**self._environment(), **environment},
            "shift_minutes": shift_minutes,
        }
        assert self._popen.stdin
        assert self._popen.stdout
        self._popen.stdin.write(json.dumps(wish) + "\n")
        self._popen.stdin.flush()
        pid = int(self._popen.stdout.readline())
        child = Child(name, pid, log_file, port, self._popen.pid, os.pidfd_open(pid))
        self.children.append(child)
        return child


def main() -> None:
    """Load, then fork a child for each line that comes, until no more can."""
    for name in HEAVY:
        __import__(name)
    logs: dict[int, Path] = {}

    def bury(number: int, frame: object) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                _note_end(logs[ended[0]], ended[1])

    signal.signal(signal.SIGCHLD, bury)
    for line in sys.stdin:
        wish = json.loads(line)
        # Nobody may be buried before it is known whose log it had.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            _live(wish)
            return
        logs[pid] = Path(wish["log"])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _note_end(log_file: Path, status: int) -> None:
    note = log_file.with_suffix(".ending")
    note.write_text(str(status))
    note.rename(log_file.with_suffix(".ended"))


def _live(wish: dict[str, Any]) -> None:
    """Become what was wished for."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    with open(os.devnull, "rb") as nothing, open(wish["log"], "ab") as log:  # noqa: PTH123 - descriptors
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.clear()
    os.environ.update(wish["environment"])
    if wish["shift_minutes"]:
        import time_machine

        time_machine.travel(datetime.now(UTC) + timedelta(minutes=wish["shift_minutes"])).start()
    command = wish["command"]
    if command[0] == "-m":
        sys.argv = list(command[1:])
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(command)
        runpy.run_path(str(ROOT / command[0]), run_name="__main__")


if __name__ == "__main__":
    main()
