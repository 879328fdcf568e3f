"""The engine and the rows do not know each other, and mean the same by the same words."""

from typing import Any, get_args

import pytest
from django.db.models import TextChoices

from companion.engine import bootstrap, response
from companion.models import BootstrapTopic, CompanionContext, Layer, MicroInteraction, PanelKind


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (response.LayerName, Layer),
        (response.PanelKind, PanelKind),
        (response.Mode, CompanionContext.Mode),
        (response.QuestionKind, MicroInteraction.Kind),
        (bootstrap.TopicStatus, BootstrapTopic.Status),
    ],
)
def test_what_the_engine_may_say_is_what_a_row_can_hold(words: Any, choices: type[TextChoices]) -> None:
    assert sorted(get_args(words)) == sorted(choices.values)
