"""Every fault that `make chaos` does at length, done a few times."""

import pytest

from tests.chaos.outcome import Outcome
from tests.chaos.scenarios.kills import killed_workers
from tests.chaos.scenarios.models import failing_models
from tests.chaos.scenarios.places import broken_at_every_place
from tests.chaos.scenarios.poison import poisoned
from tests.chaos.stage import Stage

pytestmark = pytest.mark.chaos


def see(outcome: Outcome) -> None:
    """Fail in words."""
    assert outcome.is_clean, str(outcome)
    assert outcome.findings.turns


def test_workers_killed_at_random_moments_lose_and_double_nothing(stage: Stage) -> None:
    see(killed_workers(stage, kills=8, coaches=12, workers=3, is_hasty=True))


def test_a_process_killed_at_any_place_that_the_code_names_loses_and_doubles_nothing(stage: Stage) -> None:
    see(broken_at_every_place(stage, deed="kill"))


def test_a_turn_that_kills_its_workers_is_given_up_and_takes_nobody_along(stage: Stage) -> None:
    see(poisoned(stage, bystanders=6))


def test_a_model_that_fails_in_whatever_way_is_asked_as_often_as_the_table_says(stage: Stage) -> None:
    # Silence is left to `make chaos`: it takes as long as everything else in this file.
    see(failing_models(stage, only=lambda fault: not fault.is_slow))
