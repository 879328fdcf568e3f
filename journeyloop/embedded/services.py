"""Both embedded services together: kept ones for `make run`, throw-away ones for tests."""

import secrets
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
    """Run a throw-away PostgreSQL (no fsync) and Valkey; both are gone, data included, when the block ends."""
    home = home_for(data_dir, throw_away=True)
    password = secrets.token_hex(16)
    try:
        database = postgres.start(home, port=free_port(), password=password, safe=False)
        try:
            store = valkey.start(home, port=free_port(), password=password)
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
