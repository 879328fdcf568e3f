"""A coach's companion comes with the first visit, once."""

from coaching.models import CoachingProfile, User
from companion.actions import provisioning
from companion.engine.bootstrap import TOPICS
from companion.models import (
    BootstrapTopic,
    CompanionContext,
    CompanionPersonality,
    CompanionState,
    Conversation,
    StreamCounter,
)
from journeyloop.tenancy import tenant
from tests import factories
from tests.fakes.parallel import at_once


def counted() -> dict[str, int]:
    kinds = (
        CompanionPersonality,
        CompanionState,
        CompanionContext,
        Conversation,
        BootstrapTopic,
        StreamCounter,
    )
    return {kind.__name__: kind.objects.count() for kind in kinds}


ONE_SET = {
    "CompanionPersonality": 6,
    "CompanionState": 1,
    "CompanionContext": 1,
    "Conversation": 1,
    "BootstrapTopic": len(TOPICS),
    "StreamCounter": 1,
}


def test_the_first_visit_makes_six_empty_layers_and_one_of_the_rest(in_tenant: CoachingProfile) -> None:
    assert provisioning.provision(coach=in_tenant)

    assert counted() == ONE_SET
    layers = CompanionPersonality.objects.values_list("layer", "text", "version")
    assert set(layers) == {
        (layer, "", 0)
        for layer in ("soul", "identity", "coach_knowledge", "instructions", "environment", "client_persona")
    }
    state = CompanionState.objects.get()
    assert (state.bootstrap_status, state.capabilities_unlocked) == ("not_started", False)


def test_the_second_visit_makes_nothing(in_tenant: CoachingProfile) -> None:
    provisioning.provision(coach=in_tenant)

    assert not provisioning.provision(coach=in_tenant)
    assert counted() == ONE_SET


def test_eight_first_visits_at_once_leave_one_set(committed: None) -> None:
    coach = factories.make_coach()

    def visit() -> bool:
        with tenant(coach.pk):
            return provisioning.provision(coach=coach)

    outcomes = at_once([visit] * 8)

    assert not [each for each in outcomes if isinstance(each, Exception)]
    with tenant(coach.pk):
        assert counted() == ONE_SET


def test_each_coach_gets_their_own(coach: User, stranger: User) -> None:
    for user in (coach, stranger):
        with tenant(user.coaching_profile.pk):
            assert provisioning.provision(coach=user.coaching_profile)

    for user in (coach, stranger):
        with tenant(user.coaching_profile.pk):
            assert counted() == ONE_SET
            assert CompanionState.all_tenants.count() == 1, "row-level security shows no other's"
