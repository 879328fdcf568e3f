"""What several parts of one page show: read once, when the first of them asks."""

from functools import cached_property

from coaching.models import CoachingProfile
from companion.actions import bootstrapping, provisioning
from companion.engine import bootstrap as rules
from companion.models import BootstrapTopic, CompanionContext, CompanionState, Proposal
from journeyloop.tenancy.readings import Reading, read


class Desk:
    """One coach's companion as it stood when the page was made."""

    def __init__(self, coach: CoachingProfile) -> None:
        """Read nothing yet."""
        self.coach = coach

    @property
    def state(self) -> CompanionState:
        """How far bootstrap is; a coach without a companion is given one."""
        return self._stored[0]

    @property
    def is_running(self) -> bool:
        """Whether coach and companion are still, or again, getting to know each other."""
        return self.state.bootstrap_status != CompanionState.Bootstrap.COMPLETE

    @property
    def context(self) -> CompanionContext:
        """What the panels show."""
        return self._stored[1]

    @property
    def waiting(self) -> list[Proposal]:
        """What waits for the coach, oldest first."""
        return self._stored[2]

    @cached_property
    def _stored(self) -> "tuple[CompanionState, CompanionContext, list[Proposal]]":
        states, contexts, waiting = read(_STATE(), _CONTEXT(), _WAITING())
        if not states:
            provisioning.provision(coach=self.coach)
            return CompanionState.objects.get(), CompanionContext.objects.get(), waiting
        return states[0], contexts[0], waiting

    @cached_property
    def topics(self) -> list[BootstrapTopic]:
        """The topics of bootstrap."""
        return list(BootstrapTopic.objects.all())

    @cached_property
    def situation(self) -> rules.Bootstrap:
        """The same as the engine's rules see it."""
        return bootstrapping.situation_of(topics=self.topics, waiting=self.waiting, state=self.state)


_STATE = Reading(CompanionState.objects.all)
_CONTEXT = Reading(CompanionContext.objects.all)
_WAITING = Reading(lambda: Proposal.objects.pending().select_related("client"))
