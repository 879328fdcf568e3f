"""Child processes that die with us: in a group of their own, and signalled by the kernel if we are killed."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    user_id: int | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """
    Start a process in its own session, so that Ctrl-C reaches us alone and we decide the order of the end.

    Call it from the main thread: the kernel sends `last_signal` when the *thread* that started it ends.
    """
    parent = os.getpid()

    def promise_to_follow() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(last_signal))
            if os.getppid() != parent:  # the parent died before the promise was made
                os._exit(1)

    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=directory,
        start_new_session=True,
        preexec_fn=promise_to_follow,  # noqa: PLW1509  the launcher has one thread; setpriv is not on every system
        **identity(user_id),
    )


def identity(user_id: int | None) -> dict[str, Any]:
    """Return Popen's arguments for becoming a user with its own group alone; none for staying who we are."""
    if user_id is None:
        return {}
    return {"user": user_id, "group": pwd.getpwuid(user_id).pw_gid, "extra_groups": []}


def stop(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal and give it its seconds; what is left of the group at the end is killed."""
    for number, seconds in signals:
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
