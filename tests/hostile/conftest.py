"""Two practices, one of which is attacked while the other must feel nothing."""

import pytest
from pydantic_ai import models

from tests.hostile.scenes import inside, stage
from tests.twins import Twins, make_twins


@pytest.fixture(autouse=True)
def _model_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow model requests; `loopback_only` sees to it that they go nowhere else."""
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)


@pytest.fixture
def twins(rows: None) -> Twins:
    """Alice's and Bob's practices; both companions know their coach."""
    made = make_twins()
    for practice in (made.alice, made.bob):
        with inside(practice):
            stage()
    return made
