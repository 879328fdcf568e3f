"""Operators see every practice and nobody's words: what they see is read as jl_system, column by column."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from coaching.models import User
from companion.api.operations import costs, deeds, errands, failures, latency, turns
from companion.models import AuditEvent, Turn
from tests.conftest import signed_in
from tests.invariants import catalogue
from tests.invariants.addresses import operators
from tests.invariants.personal_data import CODES
from tests.invariants.test_tenant_wall import WALLED
from tests.twins import Practice, Twins, holds_words

MARK = re.compile(r"zq(?:alice|bob)\d+")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

FIGURES: dict[str, Callable[[Turn], object]] = {
    "turns.unfinished": lambda _: turns.unfinished(),
    "turns.ended": lambda _: turns.ended(hours=24),
    "latency.waits": lambda _: latency.waits(hours=24),
    "costs.costs": lambda _: costs.costs(midnight=LONG_AGO),
    "failures.kinds": lambda _: failures.kinds(),
    "failures.of_kind": lambda _: failures.of_kind("broken"),
    "failures.turn": lambda turn: failures.turn(turn.pk),
    "failures.calls": lambda turn: failures.calls(_facts(turn.pk)),
    "errands.errands": lambda _: errands.errands(),
    "deeds.newest": lambda _: deeds.newest(),
}
"""Everything that the operators' pages read of practices."""


def _facts(turn_id: UUID) -> failures.TurnFacts:
    found = failures.turn(turn_id)
    assert found is not None
    return found


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_read_as_the_system_role_and_by_no_other(name: str, twins: Twins) -> None:
    turn = twins.alice.one(Turn)
    with connections["system"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (catalogue.SYSTEM,)

    with CaptureQueriesContext(connections["default"]) as as_application:
        FIGURES[name](turn)

    assert len(as_application) == 0


def test_every_reader_of_figures_is_in_the_list_above() -> None:
    readers = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in (turns, latency, costs, failures, errands, deeds)
        for name, found in vars(module).items()
        if callable(found)
        and not isinstance(found, type)
        and getattr(found, "__module__", "") == module.__name__
        and not name.startswith("_")
    }

    assert readers == set(FIGURES)


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(WALLED))
def test_what_the_system_role_reads_of_texts_are_codes(table: str) -> None:
    readable = catalogue.readable_columns(catalogue.SYSTEM, table)
    words = {
        f"{WALLED[table].__name__}.{field.name}"
        for field in WALLED[table]._meta.concrete_fields
        if holds_words(field) and field.column in readable
    }

    assert words <= set(CODES)


@pytest.mark.usefixtures("committed")
def test_no_operators_page_shows_a_word_of_anybody(twins: Twins, operator: User) -> None:
    browser, both = signed_in(operator), (twins.alice, twins.bob)
    pages = {
        address.name: browser.get(address.of(practice)).content.decode()
        for practice in both
        for address in operators()
        if address.name.startswith("operations:") and "again" not in address.name
    }

    shown = {word for page in pages.values() for word in MARK.findall(page)}

    assert set(pages) == {f"operations:{name}" for name in ("overview", "audit", "failed", "turn")}
    assert twins.bob.one(AuditEvent).deed in shown
    assert shown <= {word for practice in both for word in _codes_of(practice)}


def _codes_of(practice: Practice) -> Iterator[str]:
    for name in CODES:
        model, column = name.split(".")
        yield from (
            str(getattr(row, column))
            for each in WALLED.values()
            if each.__name__ == model
            for row in practice.all(each)
        )
