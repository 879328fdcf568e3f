"""Grow a practice: many more rows of every kind, for laws about how pages behave when there are many."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ForeignKey, Model

from journeyloop.ids import uuid7
from journeyloop.tenancy import tenant
from tests.twins import MAKERS, Practice, texts

COUNTED = ("number", "order", "version", "fence", "part")
"""Columns that count siblings."""


def grow(practice: Practice, *, by: int) -> None:
    """
    Add so many copies of the first row of each kind.

    A copy belongs to what its original belongs to; where there may be only one, to that parent's copy.
    """
    with tenant(practice.coach.pk):
        for round_number in range(by):
            copies: dict[Any, Model] = {}
            for model in MAKERS:
                original = practice.one(model)
                copies[original.pk] = _copy(practice, original, copies, 1_000 + round_number)


def _copy(practice: Practice, original: Model, parents: dict[Any, Model], number: int) -> Model:
    for moved in ({}, parents):
        copy = _new(practice, original, moved, number)
        try:
            with transaction.atomic():
                copy.save(force_insert=True)
        except IntegrityError:
            continue
        return copy
    raise AssertionError(f"a second {original._meta.label} needs something of its own here")


def _new(practice: Practice, original: Model, parents: dict[Any, Model], number: int) -> Model:
    fields = [each for each in original._meta.concrete_fields if not each.generated and not each.primary_key]
    values: dict[str, Any] = {each.attname: getattr(original, each.attname) for each in fields}
    values |= {
        name: text
        for name, text in texts(practice, type(original), {}).items()
        if isinstance(values[name], str)
    }
    values |= {name: number for name in COUNTED if name in values}
    for each in fields:
        if isinstance(each, ForeignKey) and values[each.attname] in parents:
            values[each.attname] = parents[values[each.attname]].pk
    return type(original)(pk=uuid7(), **values)
