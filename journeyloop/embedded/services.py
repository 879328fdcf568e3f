"""Both embedded services together: kept ones for `make run`, throw-away ones for tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from journeyloop.embedded import postgres, valkey
from journeyloop.embedded.homes import home_for
from journeyloop.embedded.postgres import SUPERUSER, free_port


@dataclass(frozen=True, slots=True)
class Services:
    """The addresses of a running PostgreSQL, one per role, and of a running Valkey."""

    app_url: str
    owner_url: str
    system_url: str
    superuser_url: str
    redis_url: str


@contextmanager
def ephemeral(data_dir: Path) -> Iterator[Services]:
    """Run a throw-away PostgreSQL (no fsync) and Valkey; both are gone, with their data, after the block."""
    home = home_for(data_dir, throw_away=True)
    try:
        database = postgres.start(home, port=free_port(), safe=False)
        try:
            store = valkey.start(home, port=free_port())
            try:
                yield Services(
                    app_url=database.url("jl_app"),
                    owner_url=database.url("jl_owner"),
                    system_url=database.url("jl_system"),
                    superuser_url=database.url(SUPERUSER),
                    redis_url=store.url,
                )
            finally:
                store.stop()
        finally:
            database.stop()
    finally:
        shutil.rmtree(home.path, ignore_errors=True)
