"""Carries out one scenario: each step as the pages do it, each turn and errand as a worker does, here."""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Any, TypeVar

from django.db import transaction

from coaching.actions import transcripts
from coaching.models import CoachingProfile, CoachingSession, Utterance
from companion.actions import bootstrapping, conversations, debrief, leases, proposals
from companion.actions.leases import Lease
from companion.api.errands import ask_to_analyse
from companion.evals import practice, reading
from companion.evals.records import Record
from companion.evals.shapes import Accept, Analyse, ConfirmCards, Person, Say, Scenario
from companion.models import Claim, Errand, Proposal, Turn
from companion.scheduling import errands as errand_loop
from companion.scheduling.database import Database
from companion.scheduling.executor import Attempt, Brain, carry_out
from journeyloop.tenancy import tenant

T = TypeVar("T")

LASTING = timedelta(minutes=10)
"""Longer than any answer takes: nobody extends it, and no worker beside us may take the work over."""


def play(scenario: Scenario, *, brain: Brain, loop: asyncio.Runner, now: datetime) -> Record:
    """
    Play one scenario from its practice to its record. Rows are really written, and removed at the end.

    One loop for all scenarios of a run: a provider's client keeps its connections there.
    """
    with (
        practice.disposable(scenario, now=now) as coach,
        closing(Database()) as database,
    ):
        stage = Stage(scenario=scenario, coach=coach, brain=brain, loop=loop, database=database, now=now)
        for person in scenario.people:
            stage.bring_words(person)
        with tenant(coach.pk):
            practice.agree_to_ai(by=coach.user, now=now)
        for step in scenario.steps:
            stage.do(step)
        with tenant(coach.pk):
            return replace(reading.read(coach, heard=stage.heard), most_words=scenario.most_words)


@dataclass(kw_only=True, eq=False)
class Stage:
    """One scenario under way."""

    scenario: Scenario
    coach: CoachingProfile
    brain: Brain
    loop: asyncio.Runner
    database: Database
    now: datetime
    heard: list[reading.Heard] = field(default_factory=list)

    @singledispatchmethod
    def do(self, step: Any) -> None:
        """Do one step."""
        raise NotImplementedError(f"nobody knows how to {step!r}")

    @do.register
    def _(self, step: Say) -> None:
        with tenant(self.coach.pk):
            said = conversations.say(text=step.text)
            lease = leases.take(said.turn, lasting=LASTING)
            is_bootstrap = bootstrapping.is_running()
        self.heard.append(
            reading.Heard(turn_id=said.turn.pk, is_bootstrap=is_bootstrap, must_ask_nothing=step.quiet)
        )
        self._carry_turn(lease)
        while (following := self._next_turn()) is not None:
            self._carry_turn(following)

    @do.register
    def _(self, step: ConfirmCards) -> None:
        with tenant(self.coach.pk):
            for card in Proposal.objects.pending().filter(kind=Proposal.Kind.LAYER):
                proposals.confirm(proposal=card, text=card.text, by=self.coach.user, now=self.now)

    @do.register
    def _(self, step: Analyse) -> None:
        with tenant(self.coach.pk):
            spoken = Utterance.objects.filter(client__name=step.client).values("session")
            session = CoachingSession.objects.get(pk__in=spoken)
            lease = leases.take(ask_to_analyse(session), lasting=LASTING)
        self._carry_errand(lease)

    @do.register
    def _(self, step: Accept) -> None:
        with tenant(self.coach.pk):
            waiting = Claim.objects.open().in_reading_order().with_evidence()
            if step.kinds:
                waiting = waiting.filter(kind__in=step.kinds)
            for claim in waiting[: step.most]:
                debrief.accept(claim=claim, by=self.coach.user, now=self.now)

    def bring_words(self, person: Person) -> None:
        """Bring the transcripts of a client's sessions and have them read."""
        for meeting in person.meetings:
            if meeting.talk:
                self._carry_errand(self._bring(person.name, meeting.title, meeting.talk))

    def _bring(self, client: str, title: str, talk: str) -> Lease:
        file = transcripts.File(name="talk.txt", content=talk.strip().encode())
        with tenant(self.coach.pk), transaction.atomic():
            session = CoachingSession.objects.select_related("client").get(client__name=client, title=title)
            brought = transcripts.receive(session=session, file=file, by=self.coach.user, now=self.now)
            return leases.take(Errand.objects.get(transcript=brought), lasting=LASTING)

    def _carry_turn(self, lease: Lease) -> None:
        again_in = self._run(carry_out(Attempt(lease), brain=self.brain, database=self.database))
        if again_in is not None:
            time.sleep(again_in.total_seconds())

    def _next_turn(self) -> Lease | None:
        """Take a turn that waits: one that is tried again, or that another one called for."""
        with tenant(self.coach.pk):
            waiting = Turn.objects.filter(status=Turn.Status.QUEUED).order_by("number").first()
            return leases.take(waiting, lasting=LASTING) if waiting else None

    def _carry_errand(self, lease: Lease) -> None:
        again_in = self._run(errand_loop.carry_out(lease, brain=self.brain, database=self.database))
        if again_in is not None:
            time.sleep(again_in.total_seconds())
            with tenant(self.coach.pk):
                again = leases.take(Errand.objects.get(pk=lease.work_id), lasting=LASTING)
            self._carry_errand(again)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(work)
