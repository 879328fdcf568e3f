"""
What the product holds while nobody does anything, and how soon a web process serves.

`python -m bench.footprint` starts `make run` on a directory of its own and looks at its four processes, the
embedded services apart. The worker has the hosted model's library loaded.
"""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from bench.figures import RUNS, bar, median
from bench.stage import ROOT, environment, free_port, memory_mib, rows_only, stop, wait_until

IDLE_SECONDS = 15.0
KINDS = {"web": "uvicorn", "worker": "work", "clock": "clock.py"}


def main() -> None:
    """Measure both and print."""
    starts = [start_of_web() for _ in range(RUNS)]
    idle()
    bar("web start to /readyz 200", median(starts), unit="s", most=3)


def idle() -> None:
    """Start everything, wait, and count memory by process."""
    with ExitStack() as stack:
        folder, port = stack.enter_context(tempfile.TemporaryDirectory()), free_port()
        ours = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))
        }
        values = {
            **ours,
            "JL_DATA_DIR": folder,
            "PORT": str(port),
            "ANTHROPIC_API_KEY": "bench",
            "COMPANION_MODEL": "",
        }
        log = stack.enter_context((Path(folder) / "bench.log").open("wb"))
        launcher = subprocess.Popen(
            [sys.executable, "-m", "journeyloop.embedded.run"], cwd=ROOT, env=values, stdout=log, stderr=log
        )
        stack.callback(stop, launcher)
        wait_until(lambda: is_ready(port), seconds=180)
        time.sleep(IDLE_SECONDS)
        pids = {"launcher": launcher.pid, **processes_of(launcher.pid)}
        print("\nidle memory (proportional), MiB")
        for kind, pid in pids.items():
            print(f"{kind:44}{memory_mib([pid]):10.0f}")
        bar("idle memory of four processes", memory_mib(list(pids.values())), unit="MiB", most=400)


def processes_of(launcher: int) -> dict[str, int]:
    """Find web, worker and clock among the launcher's descendants."""
    found = {}
    for pid in descendants(launcher):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        found |= {kind: pid for kind, word in KINDS.items() if word in command}
    if len(found) < len(KINDS):
        raise RuntimeError(f"found only {sorted(found)}")
    return found


def descendants(pid: int) -> list[int]:
    """List children and their children."""
    children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*children, *(each for child in children for each in descendants(child))]


def start_of_web() -> float:
    """Start one web process on running services; returns the seconds until it serves."""
    with rows_only() as services:
        port, began = free_port(), time.monotonic()
        command = [sys.executable, "-m", "uvicorn", "journeyloop.asgi:application", "--port", str(port)]
        process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            cwd=ROOT,
            env={**os.environ, **environment(services)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until(lambda: is_ready(port), seconds=60, every=0.02)
            return time.monotonic() - began
        finally:
            stop(process)


def is_ready(port: int) -> bool:
    """Whether /readyz says so."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


if __name__ == "__main__":
    main()
