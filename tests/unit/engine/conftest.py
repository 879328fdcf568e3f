"""The engine's tests talk to the loopback model server, through the real client."""

import pytest
from pydantic_ai import models


@pytest.fixture(autouse=True)
def model_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow model requests; `loopback_only` sees to it that they go nowhere else."""
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", True)
