"""Coverage is counted in tests of behaviour, and imports in one process: it takes half as long again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

COUNTED = {"unit", "web"}
"""Tests of behaviour. What walks over everything would count lines that it never looks at."""
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
IMPORTS = {None, "gw0"}
"""Whose imports are counted: each worker imports everything."""
HERE = Path(__file__).parent


def pytest_plugin_registered(plugin: Any, plugin_name: str) -> None:
    """Stop what pytest-cov starts in a worker too: it would go on whenever the worker's own pauses."""
    if plugin_name == "_cov" and WORKER:
        plugin.cov_controller.pause()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Leave the imports to one process."""
    _count(session.config, is_on=WORKER in IMPORTS)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Count while a test looks at what the lines did, with all that is set up for it."""
    _count(item.config, is_on=item.path.relative_to(HERE).parts[0] in COUNTED)
    return (yield)


@contextmanager
def uncounted(config: pytest.Config) -> Iterator[None]:
    """Count nothing in this block."""
    controller = _controller(config)
    was_on = controller is not None and controller.started
    _count(config, is_on=False)
    yield
    _count(config, is_on=was_on)


def _count(config: pytest.Config, *, is_on: bool) -> None:
    controller = _controller(config)
    if controller is not None and controller.started != is_on:
        controller.resume() if is_on else controller.pause()


def _controller(config: pytest.Config) -> Any:
    return getattr(config.pluginmanager.getplugin("_cov"), "cov_controller", None)
