"""One embedded PostgreSQL: made, started, given its roles and its database, stopped."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from journeyloop.embedded.homes import EmbeddedServicesError, Home
from journeyloop.embedded.processes import identity, spawn, stop

DATABASE = "journeyloop"
SUPERUSER = "jl_superuser"
START_SECONDS = 60.0
PREVIOUS_SECONDS = 10.0

# Owner: migrations and backups. App: what the product runs as. System: claims and sweeps. None of the three
# is a superuser or walks past row-level security; `manage.py migrate` grants what each may touch.
ROLES = {"jl_owner": "CREATEDB", "jl_app": "NOCREATEDB", "jl_system": "NOCREATEDB"}

# Only for data that nobody will miss. Several test processes share one server.
THROW_AWAY = {
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    password: str

    def url(self, role: str, database: str = DATABASE) -> str:
        """Return the address of a database for one role."""
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        """Shut down fast: sessions end, data is written. Asks louder when that takes too long."""
        stop(self.process, (signal.SIGINT, 10), (signal.SIGQUIT, 3))


def start(home: Home, *, port: int, safe: bool = True) -> Postgres:
    """Start PostgreSQL in a home, made first if need be, and see to its roles and database."""
    cluster, log = home.path / "postgres", home.path / "postgres.log"
    if not (cluster / "PG_VERSION").is_file():
        _make_cluster(home, cluster, safe=safe)
    _await_previous(cluster)
    settings = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "100",
        "timezone": "UTC",
        **({} if safe else THROW_AWAY),
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with log.open("ab") as output:
        process = spawn(
            [home.postgres_bin / "postgres", "-D", cluster, *options],
            output=output,
            directory=home.path,
            user_id=home.user_id,
            last_signal=signal.SIGINT,
        )
    server = Postgres(process, port, home.password)
    try:
        _wait(home, server, log)
        _make_roles(home, server)
    except BaseException:
        server.stop()
        raise
    return server


def free_port() -> int:
    """Ask the kernel for a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_cluster(home: Home, cluster: Path, *, safe: bool) -> None:
    """Run initdb; what an interrupted one left behind is thrown away by initdb itself."""
    _run(
        home,
        "initdb",
        *("-D", cluster, "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={home.path / 'password'}"),
        # Built in, so the same everywhere: no locale of the operating system is needed.
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *("--no-instructions", *(() if safe else ("--no-sync",))),
    )


def _await_previous(cluster: Path) -> None:
    """Let a server end whose launcher was killed; the kernel told it to, but that takes a moment."""
    deadline = time.monotonic() + PREVIOUS_SECONDS
    with contextlib.suppress(OSError, ValueError, IndexError):
        while time.monotonic() < deadline:
            os.kill(int((cluster / "postmaster.pid").read_text().split()[0]), 0)
            time.sleep(0.1)


def _wait(home: Home, server: Postgres, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    probe = [str(home.postgres_bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    while subprocess.run(probe, check=False).returncode != 0:
        if server.process.poll() is not None or time.monotonic() > deadline:
            last = log.read_text(errors="replace").splitlines()[-5:]
            raise EmbeddedServicesError("The embedded PostgreSQL did not start:\n" + "\n".join(last))
        time.sleep(0.02)


def _make_roles(home: Home, server: Postgres) -> None:
    """Bring roles and database to what they should be, whatever was there before."""
    if not re.fullmatch(r"[0-9a-f]+", server.password):
        raise EmbeddedServicesError(f"The password in {home.path} must be hexadecimal, as it was written.")
    known = set(_sql(home, server, "SELECT rolname FROM pg_roles").split())
    common = f"LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD '{server.password}'"
    statements = [
        f"{'ALTER' if role in known else 'CREATE'} ROLE {role} {rights} {common}"
        for role, rights in ROLES.items()
    ]
    if DATABASE not in _sql(home, server, "SELECT datname FROM pg_database").split():
        statements.append(f"CREATE DATABASE {DATABASE} OWNER jl_owner")
    _sql(home, server, *statements)


def _sql(home: Home, server: Postgres, *statements: str) -> str:
    commands = [word for statement in statements for word in ("-c", statement)]
    address = f"host=127.0.0.1 port={server.port} user={SUPERUSER} dbname=postgres"
    return _run(home, "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *commands, address, password=server.password)


def _run(home: Home, program: str, *arguments: str | Path, password: str = "") -> str:
    """Run one of PostgreSQL's programs as the services' user and return what it said."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        [str(home.postgres_bin / program), *(str(argument) for argument in arguments)],
        cwd=home.path,
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
        **identity(home.user_id),
    )
    if done.returncode != 0:
        raise EmbeddedServicesError(f"{program} failed:\n{done.stderr.strip()}")
    return done.stdout
