"""
Starts PostgreSQL and Valkey for a test run, before Django reads its settings.

They are always our own throw-away ones: tests empty tables, so they never run on a database that was given.
The test processes of a run share one PostgreSQL, each with a database of its own; a Valkey, which tests empty
and cut off, is nobody else's.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from journeyloop.embedded import valkey
from journeyloop.embedded.homes import home_for
from journeyloop.embedded.postgres import free_port
from journeyloop.embedded.services import Services, ephemeral

DATABASES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL", "JL_TEST_SUPERUSER_URL")

services_stack = ExitStack()
"""Holds what runs until the end of the test run."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the services and point the environment at them, those of a worker at its own database."""
    folder = services_stack.enter_context(tempfile.TemporaryDirectory(prefix="journeyloop-tests-"))
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        os.environ["REDIS_URL"] = _store(Path(folder))
    else:
        services = services_stack.enter_context(ephemeral(Path(folder) / "services"))
        for name in [name for name in os.environ if name.startswith(("ANTHROPIC_", "COMPANION_", "EMAIL_"))]:
            del os.environ[name]
        os.environ |= environment(services)
    for name in DATABASES:
        os.environ[name] = f"{os.environ[name].rpartition('/')[0]}/jl_test_{worker or 'alone'}"


def _store(folder: Path) -> str:
    home = home_for(folder, throw_away=True)
    services_stack.callback(shutil.rmtree, home.path, ignore_errors=True)
    store = valkey.start(home, port=free_port())
    services_stack.callback(store.stop)
    return store.url


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Spare the garbage collector what stays until the end: modules, models, thousands of tests."""
    gc.disable()
    result = yield
    gc.collect()
    gc.freeze()
    gc.enable()
    return result


def pytest_unconfigure() -> None:
    """Stop the services."""
    services_stack.close()


def environment(services: Services) -> dict[str, str]:
    """What this process and those that it starts read."""
    return {
        "DEBUG": "1",
        "SECRET_KEY": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        "FIELD_ENCRYPTION_KEYS": "for-tests-only-0123456789-abcdefghijklmnopqrstuvwxyz",
        "DATABASE_URL": services.app_url,
        "DATABASE_OWNER_URL": services.owner_url,
        "DATABASE_SYSTEM_URL": services.system_url,
        "JL_TEST_SUPERUSER_URL": services.superuser_url,
        "REDIS_URL": services.redis_url,
        "TURNS_PER_WORKER": "32",
    }
