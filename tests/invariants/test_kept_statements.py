"""Statements that a process writes once hold nothing that belongs to one practice or to one moment."""

import importlib
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from journeyloop.postgres import prepared
from journeyloop.tenancy.readings import Written

DOORS = ("journeyloop.urls", "companion.scheduling.executor", "companion.scheduling.errands")
"""What leads to every statement."""
OURS = re.compile(r"(coaching|companion|journeyloop)\b")
ID_OR_MOMENT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|UUID\(|datetime\.date|\b20\d\d-\d\d")


def kept() -> Iterator[tuple[Written, str]]:
    """Find them, each with the name that leads to it; also those in tuples and tables."""
    for door in DOORS:
        importlib.import_module(door)
    for module in [module for name, module in sys.modules.items() if OURS.match(name)]:
        for name, value in vars(module).items():
            yield from ((each, f"{module.__name__}.{name}") for each in several(value))


def several(value: Any) -> Iterator[Written]:
    """Take what a name stands for apart."""
    if isinstance(value, dict):
        value = tuple(value.values())
    yield from (
        each for each in (value if isinstance(value, tuple) else [value]) if isinstance(each, Written)
    )


@pytest.mark.usefixtures("in_tenant")
def test_no_kept_statement_holds_an_id_or_a_moment() -> None:
    found = [(name, written.statement.prepared.sql) for written, name in kept()]

    assert len(found) > 50
    assert [(name, sql) for name, sql in found if ID_OR_MOMENT.search(sql)] == []


@pytest.mark.usefixtures("in_tenant")
def test_postgresql_can_prepare_every_kept_statement() -> None:
    statements = [written.statement.prepared for written, _ in kept()]

    assert len(prepared.calls(connection, statements)) == len(statements)
