"""What several parts of one page show: read once, when the first of them asks."""

from functools import cached_property

from coaching.models import CoachingProfile
from companion.actions import bootstrapping, provisioning
from companion.engine import bootstrap as rules
from companion.models import BootstrapTopic, CompanionContext, CompanionState, Proposal


class Desk:
    """One coach's companion as it stood when the page was made."""

    def __init__(self, coach: CoachingProfile) -> None:
        """Read nothing yet."""
        self.coach = coach

    @cached_property
    def state(self) -> CompanionState:
        """How far bootstrap is; a coach without a companion is given one."""
        found = CompanionState.objects.first()
        if found is None:
            provisioning.provision(coach=self.coach)
            found = CompanionState.objects.get()
        return found

    @property
    def is_running(self) -> bool:
        """Whether coach and companion are still, or again, getting to know each other."""
        return self.state.bootstrap_status != CompanionState.Bootstrap.COMPLETE

    @cached_property
    def context(self) -> CompanionContext:
        """What the panels show."""
        _ = self.state  # makes the rows of a first visit
        return CompanionContext.objects.get()

    @cached_property
    def waiting(self) -> list[Proposal]:
        """What waits for the coach, oldest first."""
        return list(Proposal.objects.pending().select_related("client"))

    @cached_property
    def topics(self) -> list[BootstrapTopic]:
        """The topics of bootstrap."""
        return list(BootstrapTopic.objects.all())

    @cached_property
    def situation(self) -> rules.Bootstrap:
        """The same as the engine's rules see it."""
        return bootstrapping.situation_of(topics=self.topics, waiting=self.waiting, state=self.state)
