"""Programs side by side in one terminal: lines prefixed, an early end noticed, all stopped together."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from journeyloop.embedded.processes import spawn, stop

# A worker is gone within 18 s of being asked, web within 10; the whole stop must fit into 20 s.
STOP_SECONDS = 18.0
LAST_LINES = 15


class ProgramEndedError(Exception):
    """A program that should run for ever ended; the message holds its last lines."""


def say(line: str) -> None:
    """Print at once; a terminal that went away is no reason to leave processes behind."""
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


class Programs:
    """Programs by name, started on entering the block and stopped on leaving it, however it is left."""

    def __init__(
        self, commands: Mapping[str, Sequence[str]], *, environment: Mapping[str, str], directory: Path
    ) -> None:
        self._commands = commands
        self._environment = environment
        self._directory = directory
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._unfinished: dict[str, bytes] = {}
        self._last: dict[str, deque[str]] = {}
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Self:
        """Start them all."""
        try:
            for name, command in self._commands.items():
                self._start(name, command)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop them all."""
        self._stop()

    def watch(self, *, seconds: float) -> None:
        """Show what they say for a while. Raises ProgramEndedError when one has ended."""
        self._show(seconds)
        for name, process in self._processes.items():
            if process.poll() is not None:
                self._show(0.2)
                raise ProgramEndedError(self._obituary(name, process.returncode))

    def _start(self, name: str, command: Sequence[str]) -> None:
        process = spawn(
            command, output=subprocess.PIPE, environment=self._environment, directory=self._directory
        )
        self._processes[name] = process
        self._unfinished[name], self._last[name] = b"", deque(maxlen=LAST_LINES)
        if process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), False)
            self._selector.register(process.stdout, selectors.EVENT_READ, name)

    def _show(self, seconds: float) -> None:
        """Wait for output no longer than that, and pass on what is there."""
        if not self._selector.get_map():
            time.sleep(min(seconds, 0.1))
            return
        for key, _ in self._selector.select(seconds):
            piece = os.read(key.fd, 65536)
            if not piece:
                self._selector.unregister(key.fileobj)
                continue
            *lines, self._unfinished[key.data] = (self._unfinished[key.data] + piece).split(b"\n")
            for line in lines:
                text = line.decode(errors="replace").rstrip()
                self._last[key.data].append(text)
                say(f"{key.data:<6} | {text}")

    def _stop(self) -> None:
        """Ask all at once and keep reading: a program that cannot write its last words cannot end."""
        hurry: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda asked, _frame: hurry.append(asked))
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in self._processes.values()):
            if hurry or time.monotonic() > deadline:
                break
            self._show(0.1)
        for process in self._processes.values():
            stop(process)
        self._show(0)
        self._selector.close()
        for process in self._processes.values():
            if process.stdout is not None:
                process.stdout.close()

    def _obituary(self, name: str, code: int) -> str:
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        words = "\n".join(f"  {line}" for line in self._last[name])
        return f"The {name} process ended {how}, so everything stops. Its last lines:\n{words}"
