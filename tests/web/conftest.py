"""The hour and the people that the pages' tests share."""

from collections.abc import Iterator

import pytest
import time_machine

from coaching.models import CoachingProfile, User
from companion.actions import provisioning
from journeyloop.tenancy import tenant
from tests.people import NOON


@pytest.fixture
def alice(coach: User) -> CoachingProfile:
    """Alice's practice, with a companion that does not know her yet."""
    profile: CoachingProfile = coach.coaching_profile
    with tenant(profile.pk):
        provisioning.provision(coach=profile)
    return profile


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """The clock stands still until a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
