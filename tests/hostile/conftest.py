"""Two practices, one of which is attacked while the other must feel nothing."""

import pytest

from journeyloop.tenancy import tenant
from tests.hostile.scenes import stage
from tests.twins import Twins, make_twins


@pytest.fixture
def twins(rows: None) -> Twins:
    """Alice's and Bob's practices; both companions know their coach."""
    made = make_twins()
    for practice in (made.alice, made.bob):
        with tenant(practice.coach.pk):
            stage()
    return made
