"""What the tests of deeds share."""

import pytest

from coaching.models import CoachingProfile
from tests import factories


@pytest.fixture
def practice(in_tenant: CoachingProfile) -> CoachingProfile:
    """Alice's practice, its door open, with a companion that knows her."""
    factories.unlock(in_tenant)
    return in_tenant
