"""Every fault that `make chaos` does at length, done a few times."""

import pytest

from tests.chaos.outcome import Outcome
from tests.chaos.scenarios.kills import killed_workers
from tests.chaos.scenarios.places import broken_at_every_place
from tests.chaos.scenarios.poison import poisoned
from tests.chaos.stage import Stage

pytestmark = pytest.mark.chaos


def see(outcome: Outcome) -> None:
    """Fail in words."""
    assert outcome.is_clean, str(outcome)
    assert outcome.findings.turns


def test_workers_killed_at_random_moments_lose_and_double_nothing(stage: Stage) -> None:
    see(killed_workers(stage, kills=20, coaches=24, is_hasty=True))


def test_a_process_killed_at_any_place_that_the_code_names_loses_and_doubles_nothing(stage: Stage) -> None:
    see(broken_at_every_place(stage, deed="kill"))


def test_a_turn_that_kills_its_workers_is_given_up_and_takes_nobody_along(stage: Stage) -> None:
    see(poisoned(stage, bystanders=6))
