"""People whom the pages' tests share."""

import pytest

from coaching.models import CoachingProfile, User
from companion.actions import provisioning
from journeyloop.tenancy import tenant


@pytest.fixture
def alice(coach: User) -> CoachingProfile:
    """Alice's practice, with a companion that does not know her yet."""
    profile: CoachingProfile = coach.coaching_profile
    with tenant(profile.pk):
        provisioning.provision(coach=profile)
    return profile
