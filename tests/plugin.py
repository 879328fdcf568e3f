"""
Starts PostgreSQL and Valkey for a test run, before Django reads its settings.

They are always our own throw-away ones: tests empty tables, so they never run on a database that was given.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from journeyloop.embedded.services import Services, ephemeral

services_stack = ExitStack()
"""Holds what runs until the end of the test run."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the services and point the environment at them."""
    folder = services_stack.enter_context(tempfile.TemporaryDirectory(prefix="journeyloop-tests-"))
    services = services_stack.enter_context(ephemeral(Path(folder) / "services"))
    for name in [name for name in os.environ if name.startswith(("ANTHROPIC_", "COMPANION_", "EMAIL_"))]:
        del os.environ[name]
    os.environ |= environment(services)


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
