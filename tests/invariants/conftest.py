"""Two practices for the laws to be tried on."""

import pytest

from tests.twins import Twins, make_twins


@pytest.fixture
def twins(rows: None) -> Twins:
    """Alice's and Bob's practices, rolled back or, with `committed`, stored."""
    return make_twins()
