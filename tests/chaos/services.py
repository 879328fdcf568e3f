"""PostgreSQL and Valkey of a long run: they may be stopped, and their disk may be full."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from journeyloop.embedded import postgres, valkey
from journeyloop.embedded.homes import home_for
from journeyloop.embedded.postgres import DATABASE, SUPERUSER, free_port
from journeyloop.embedded.services import Services
from tests.plugin import environment

DISK_MEGABYTES = 96


class NoSmallDiskError(Exception):
    """This machine lets us make no file system of our own."""


class SmallDisk:
    """A file system in memory, with room for little."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """Leave no room."""
        with contextlib.suppress(OSError), self._ballast.open("ab") as ballast:
            while True:
                ballast.write(bytes(65_536))
                ballast.flush()

    def free(self) -> None:
        """Leave room again."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(path: Path, *, owner: int | None = None) -> Iterator[SmallDisk]:
    """Mount one until the end of the block. Raises NoSmallDiskError where only root may, and we are not."""
    path.mkdir(parents=True)
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if not mount or not unmount:
        raise NoSmallDiskError("there is no mount on this system")
    command = [mount, "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "small", str(path)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        raise NoSmallDiskError("no file system can be mounted here; root can where the kernel lets it")
    try:
        if owner is not None:
            os.chown(path, owner, pwd.getpwuid(owner).pw_gid)
        yield SmallDisk(path)
    finally:
        subprocess.run([unmount, str(path)], check=True)


class Database:
    """A PostgreSQL that a scenario may stop at once and start again, and whose tables it may move."""

    def __init__(self, directory: Path) -> None:
        self.home = home_for(directory, throw_away=True)
        self.port = free_port()
        self.server = postgres.start(self.home, port=self.port, safe=False)
        # What was committed must outlive a crash of PostgreSQL; one of the machine is not played.
        self._do(f"ALTER DATABASE {DATABASE} SET synchronous_commit = on")

    def stop(self) -> None:
        """Stop it as a crash does."""
        self.server.process.send_signal(signal.SIGQUIT)
        self.server.process.wait()

    def start(self) -> None:
        """Start it after `stop`."""
        self.server = postgres.start(self.home, port=self.port, safe=False)

    @contextmanager
    def on_a_small_disk(self) -> Iterator[SmallDisk]:
        """Let all tables live on a small disk until the end of the block; the log of writes stays put."""
        with small_disk(self.home.path / "small", owner=self.home.user_id) as disk:
            data = disk.path / "data"
            data.mkdir()
            if self.home.user_id is not None:
                os.chown(data, self.home.user_id, -1)
            # Whatever was played before has left room inside the tables, and a full disk would not be felt.
            self._do("VACUUM FULL")
            self._do(f"CREATE TABLESPACE small LOCATION '{data}'", *_moves("pg_default", "small"))
            try:
                yield disk
            finally:
                disk.free()
                self._do(*_moves("small", "pg_default"), "DROP TABLESPACE small")

    def _do(self, *statements: str) -> None:
        with psycopg.connect(self.server.url(SUPERUSER), autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())


def _moves(before: str, after: str) -> list[str]:
    return [f"ALTER {kind} ALL IN TABLESPACE {before} SET TABLESPACE {after}" for kind in ("TABLE", "INDEX")]


@contextmanager
def own_services(directory: Path) -> Iterator[Database]:
    """Run services and lead this process to them."""
    database = Database(directory)
    store = valkey.start(database.home, port=free_port())
    url = database.server.url
    services = Services(url("jl_app"), url("jl_owner"), url("jl_system"), url(SUPERUSER), store.url)
    os.environ |= {**environment(services), "DJANGO_SETTINGS_MODULE": "journeyloop.settings"}
    try:
        yield database
    finally:
        store.stop()
        database.server.stop()
