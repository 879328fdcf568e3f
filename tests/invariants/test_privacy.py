"""No text is stored before somebody has said whose it is and when it goes."""

import pytest
from django.apps import apps
from django.db.models import CASCADE, ForeignKey, Model

from coaching.models import Client, CoachingProfile, User
from tests.invariants.classified import assert_classified
from tests.invariants.personal_data import CODES, OF_A_CLIENT, OF_THE_COACH
from tests.twins import holds_words

OURS = {"tenancy", "coaching", "companion", "client_portal"}
MODELS = {model.__name__: model for model in apps.get_models() if model._meta.app_label in OURS}


def test_every_text_field_is_in_exactly_one_list() -> None:
    stored = {
        f"{name}.{field.name}"
        for name, model in MODELS.items()
        for field in model._meta.concrete_fields
        if holds_words(field)
    }
    lists = [OF_A_CLIENT, OF_THE_COACH, CODES]

    assert_classified(stored, lists, what="text fields", where="tests/invariants/personal_data.py")


@pytest.mark.parametrize("name", sorted({name.partition(".")[0] for name in OF_A_CLIENT}))
def test_what_is_a_clients_hangs_on_the_client(name: str) -> None:
    assert _goes_with(MODELS[name], {Client})


@pytest.mark.parametrize("name", sorted({name.partition(".")[0] for name in OF_THE_COACH}))
def test_what_is_the_coachs_hangs_on_the_coach(name: str) -> None:
    assert _goes_with(MODELS[name], {CoachingProfile, User})


def _goes_with(model: type[Model], owners: set[type[Model]]) -> bool:
    """Say whether deleting the owner's row deletes this model's rows, by whatever way."""
    above = {
        field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.remote_field.on_delete is CASCADE
    } - {model}
    return model in owners or any(_goes_with(each, owners) for each in above)
