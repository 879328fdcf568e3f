"""Put hostile markup into every text of a practice, by looking at the models: a new field gets some too."""

import itertools
from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from journeyloop.tenancy import tenant
from journeyloop.tenancy.models import TenantModel
from tests.invariants.personal_data import CODES
from tests.twins import Practice, holds_words

KEPT = {
    "Client.time_zone": "a zone that the clock has to find",
    "CoachingSession.time_zone": "a zone that the clock has to find",
    "User.time_zone": "a zone that the clock has to find",
    "User.email": "what they sign in with",
    "User.password": "a digest",
    "Proposal.fields": "typed particulars; their texts are in the row's other fields",
    "Proposal.layer": "a layer's name",
}
"""Texts that only take certain words."""


def spoil(practice: Practice, pieces: tuple[str, ...]) -> None:
    """Replace every text of every row; each field gets the pieces that fit it, in turn."""
    texts = itertools.cycle(pieces)
    with tenant(practice.coach.pk):
        for model, rows in practice.rows.items():
            if not getattr(model, "APPEND_ONLY", False):
                for row in rows:
                    _spoil_row(model, row, texts)
    user = practice.coach.user
    type(user).objects.filter(pk=user.pk).update(name=pieces[0])


def _spoil_row(model: type[Model], row: Model, texts: Iterator[str]) -> None:
    fields = [each for each in model._meta.concrete_fields if holds_words(each)]
    changes = {
        each.name: _spoilt(getattr(row, each.attname), each.max_length, texts)
        for each in fields
        if f"{model.__name__}.{each.name}" not in {**CODES, **KEPT} and getattr(row, each.attname)
    }
    manager = model.all_tenants if issubclass(model, TenantModel) else model._default_manager  # type: ignore[attr-defined]
    if changes:
        manager.filter(pk=row.pk).update(**changes)


def _spoilt(value: Any, most: int | None, texts: Iterator[str]) -> Any:
    if isinstance(value, list):
        return [_spoilt(each, most, texts) for each in value]
    if isinstance(value, dict):
        return {key: _spoilt(each, most, texts) for key, each in value.items()}
    if not isinstance(value, str):
        return value
    return next(text for text in texts if most is None or len(text) <= most)
