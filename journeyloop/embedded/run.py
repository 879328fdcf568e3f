"""
`make run`: everything the product needs, from one terminal, until Ctrl-C.

It has one thread: a signal from the kernel on our death is tied to the thread that started a child.
"""

import contextlib
import fcntl
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from journeyloop.embedded import postgres, run_env, valkey
from journeyloop.embedded.homes import EmbeddedServicesError, Home, home_for
from journeyloop.embedded.processes import spawn, stop
from journeyloop.embedded.programs import ProgramEndedError, Programs, say

CHECKOUT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120.0
SIGN_INS = """\
  coach      coach@demo.local      in the middle of a working week
  coach      new@demo.local        before the first conversation with the companion
  client     client@demo.local
  operator   operator@demo.local
  password   journeyloop-demo      (all four)"""


class StopAsked(BaseException):  # a wish, not an error: nothing that catches Exception shall eat it
    """Ctrl-C or SIGTERM arrived."""


def main() -> int:
    """Start everything, wait, stop everything."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    data_dir = Path(os.environ.get("JL_DATA_DIR") or CHECKOUT / ".local").resolve()
    port = os.environ.get("PORT") or "8000"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with _only_one(data_dir), _environment(data_dir, port) as environment:
            _prepare(data_dir, environment)
            return _serve(environment, port)
    except StopAsked:
        say("Stopped.")
        return 0
    except (EmbeddedServicesError, ProgramEndedError) as error:
        say(str(error))
        return 1
    except PermissionError as error:
        say(f"{error}. Another user made {data_dir}: run as that user, or choose another JL_DATA_DIR.")
        return 1


def _ask_to_stop(number: int, _frame: FrameType | None) -> None:
    raise StopAsked(signal.Signals(number).name)


@contextlib.contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Refuse a second start on the same data; the kernel gives the lock back however we end."""
    with (data_dir / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"JourneyLoop is already running on {data_dir}. Stop it, or choose another JL_DATA_DIR."
            raise EmbeddedServicesError(message) from None
        yield


@contextlib.contextmanager
def _environment(data_dir: Path, port: str) -> Iterator[dict[str, str]]:
    """Run the services that the environment does not name and yield what our programs shall see."""
    check_port(port)
    values = run_env.load(data_dir)
    own_database, own_redis = not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")
    with contextlib.ExitStack() as stack:
        home = home_for(data_dir) if own_database or own_redis else None
        if home and own_database:
            values |= _start_postgres(home, values, stack)
        if home and own_redis:
            values |= _start_valkey(home, values, stack)
        run_env.save(data_dir, values)
        ours = {
            name: value for name, value in values.items() if own_database or not name.startswith("DATABASE_")
        }
        given = {name: value for name, value in os.environ.items() if value}
        yield {**ours, **given, "JL_DATA_DIR": str(data_dir), "PORT": port, "PYTHONUNBUFFERED": "1"}


def _start_postgres(home: Home, values: dict[str, str], stack: contextlib.ExitStack) -> dict[str, str]:
    say("Starting the embedded PostgreSQL")
    server = postgres.start(home, port=_kept_port(values.get("DATABASE_URL")))
    stack.callback(server.stop)
    return {
        "DATABASE_URL": server.url("jl_app"),
        "DATABASE_OWNER_URL": server.url("jl_owner"),
        "DATABASE_SYSTEM_URL": server.url("jl_system"),
    }


def _start_valkey(home: Home, values: dict[str, str], stack: contextlib.ExitStack) -> dict[str, str]:
    say("Starting the embedded Valkey")
    server = valkey.start(home, port=_kept_port(values.get("REDIS_URL")))
    stack.callback(server.stop)
    return {"REDIS_URL": server.url}


def _kept_port(url: str | None) -> int:
    """Return the port of the last run, or another one if somebody else has it now."""
    port = urlsplit(url).port if url else None
    return port if port and _is_free(port) else postgres.free_port()


def check_port(port: str) -> None:
    """Say why web could not listen there, before anything is started."""
    if not port.isdigit() or not 0 < int(port) < 65_536:
        problem = f"PORT={port} is not a port number."
    else:
        try:
            _bind(int(port))
        except PermissionError:
            problem = f"Port {port} is not open to this user."
        except OSError:
            problem = f"Port {port} is taken."
        else:
            return
    free = next(filter(_is_free, range(8001, 8100)), postgres.free_port())
    raise EmbeddedServicesError(f"{problem} Choose another one: PORT={free} make run")


def _is_free(port: int) -> bool:
    try:
        _bind(port)
    except OSError:
        return False
    return True


def _bind(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def _prepare(data_dir: Path, environment: dict[str, str]) -> None:
    """Migrate, and load the demo practice into a database that never had it."""
    say("Migrating the database")
    _manage(environment, "migrate", "--noinput")
    _manage(environment, "load_skills")
    database = hashlib.sha256(environment["DATABASE_URL"].rpartition("@")[2].encode()).hexdigest()[:12]
    marker = data_dir / f"demo-loaded-{database if os.environ.get('DATABASE_URL') else 'embedded'}"
    if environment["DEBUG"] != "1" or marker.exists():
        return
    say("Loading the demo practice")
    _manage(environment, "demo")
    marker.touch()


def _manage(environment: dict[str, str], *command: str) -> None:
    """Run a management command; its words are shown only when it fails."""
    process = spawn(
        [sys.executable, "manage.py", *command],
        output=subprocess.PIPE,
        environment=environment,
        directory=CHECKOUT,
    )
    try:
        words = process.communicate()[0].decode(errors="replace")
    finally:
        stop(process, (signal.SIGTERM, 5))
    if process.returncode != 0:
        raise EmbeddedServicesError(f"`manage.py {' '.join(command)}` failed:\n{words.rstrip()}")


def _serve(environment: dict[str, str], port: str) -> int:
    """Run web, worker and clock until one ends or we are asked to stop."""
    python = sys.executable
    listen = f"--host 127.0.0.1 --port {port} --no-access-log --lifespan off --timeout-graceful-shutdown 10"
    commands: dict[str, list[str]] = {
        "web": [python, "-m", "uvicorn", "journeyloop.asgi:application", *listen.split()],
        "worker": [python, "manage.py", "work"],
        "clock": [python, "clock.py"],
    }
    with Programs(commands, environment=environment, directory=CHECKOUT) as programs:
        deadline = time.monotonic() + READY_SECONDS
        while not _is_ready(port):
            programs.watch(seconds=0.1)
            if time.monotonic() > deadline:
                raise EmbeddedServicesError(f"/readyz did not answer 200 within {READY_SECONDS:.0f} seconds.")
        say(f"Ready: http://127.0.0.1:{port}")
        if environment["DEBUG"] == "1":
            say(SIGN_INS)
        while True:
            programs.watch(seconds=5.0)


def _is_ready(port: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
