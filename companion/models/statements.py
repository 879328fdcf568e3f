"""
What sessions were about: claims, each with the words that it rests on.

How a page reads one session::

    found = intelligence_of(session)          # None before the first analysis
    claims = Claim.objects.of_session(session).in_reading_order().with_evidence()
    for claim in claims:
        claim.words          # the text, in the coach's wording where they changed it
        claim.evidence.all() # what speaks for it first; each .side, .quote, .utterance.number, .start, .end
    claims.by_kind()         # every kind in reading order; an empty list is a section "not discussed"

`evidence.quote` is `utterance.text[start:end]`, in code points, so the words can be marked where they stand
(#u-<number>). A claim with `is_inference` has no words and is shown as the companion's own reading. What was
said and not borne out is only counted: `found.left_out`.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now

from coaching.models import (
    Client,
    CoachingSession,
    Commitment,
    Goal,
    GoalDelta,
    Milestone,
    Utterance,
)
from companion.models.intelligence import SessionIntelligence
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet

STALE_AFTER = timedelta(days=60)
"""A hypothesis that nothing new was said to for so long is no longer shown as current."""


class ClaimQuerySet(TenantQuerySet[Any]):
    """Reads over the open tenant's claims."""

    def of_session(self, session: CoachingSession) -> Self:
        """Keep one session's claims, those that newer ones took the place of left out."""
        return self.filter(session=session).exclude(status=Claim.Status.STALE)

    def of_client(self, client: Client) -> Self:
        """Keep the claims of all sessions of one client, newest session first."""
        found = self.filter(client=client).exclude(status=Claim.Status.STALE).select_related("session")
        return found.order_by("-session__starts_at", "order")

    def of_kind(self, *kinds: "Claim.Kind") -> Self:
        """Keep claims of these kinds."""
        return self.filter(kind__in=kinds)

    def open(self) -> Self:
        """Keep what the coach has not decided yet."""
        return self.filter(status=Claim.Status.PROPOSED)

    def standing(self) -> Self:
        """Keep what the coach let stand, as it was or in their own wording."""
        return self.filter(status__in=Claim.STANDING)

    def not_rejected(self) -> Self:
        """Keep what stands or waits for the coach."""
        return self.filter(status__in=(Claim.Status.PROPOSED, *Claim.STANDING))

    def current(self, *, now: datetime) -> Self:
        """Leave out hypotheses that nothing new was said to for 60 days."""
        old = models.Q(kind=Claim.Kind.HYPOTHESIS, session__starts_at__lt=now - STALE_AFTER)
        return self.exclude(old)

    def in_reading_order(self) -> Self:
        """Order as a coach reads them: by kind, and within it as it was said."""
        return self.order_by("order", "pk")

    def with_evidence(self) -> Self:
        """Fetch the evidence with its utterances and their speakers in two more queries."""
        spans = Evidence.objects.select_related("utterance__speaker").defer("utterance__search")
        spans = spans.order_by("-side", "utterance__number", "start")
        return self.select_related("goal", "session__client", "step", "station").prefetch_related(
            models.Prefetch("evidence", queryset=spans)
        )

    def by_kind(self) -> "dict[Claim.Kind, list[Claim]]":
        """Sort into sections, every kind in reading order; an empty one was not discussed."""
        sections: dict[Claim.Kind, list[Claim]] = {kind: [] for kind in Claim.Kind}
        for claim in self:
            sections[Claim.Kind(claim.kind)].append(claim)
        return sections


class Claim(TenantModel):
    """
    One statement about a session, proposed by a model (or by rules) and decided by the coach.

    proposed → accepted | edited | rejected, which can be taken back. A new analysis replaces what is still
    proposed and keeps what was decided; `stale` are those that a newer transcript took the ground from.
    """

    class Kind(models.TextChoices):
        SUMMARY = "summary", "Summary"
        THEME = "theme", "Themes"
        COMMITMENT = "commitment", "Promises"
        QUESTION = "question", "Open questions"
        HYPOTHESIS = "hypothesis", "Hypotheses"
        GOAL = "goal", "Goals"
        OBSERVATION = "observation", "Observations"
        LOOP = "loop", "Patterns"
        STRENGTH = "strength", "What worked in your coaching"
        OPPORTUNITY = "opportunity", "What you could try"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Waiting for you"
        ACCEPTED = "accepted", "Accepted"
        EDITED = "edited", "Accepted in your words"
        REJECTED = "rejected", "Rejected"
        STALE = "stale", "Out of date"

    class Owner(models.TextChoices):
        CLIENT = "client", "The client"
        COACH = "coach", "You"

    class Stance(models.TextChoices):
        STRUGGLE = "struggle", "Struggle"
        INTENT = "intent", "Intent"
        PLAN = "plan", "Plan"
        REFLECTION = "reflection", "Reflection"
        OUTCOME = "outcome", "Outcome"

    class LoopState(models.TextChoices):
        EMERGING = "emerging", "Emerging"
        ACTIVE = "active", "Active"
        CHANGING = "changing", "Changing"
        RESOLVED = "resolved", "Resolved"

    class Principle(models.TextChoices):
        ROOM = "room", "Leave room"
        MIRROR = "mirror", "Say back what you heard"
        OWNERSHIP = "ownership", "Leave the answer with them"
        THREAD = "thread", "Keep the thread"
        STEP = "step", "End in a step"

    STANDING: ClassVar[tuple[str, ...]] = (Status.ACCEPTED, Status.EDITED)
    DECIDED: ClassVar[tuple[str, ...]] = (*STANDING, Status.REJECTED)

    intelligence = models.ForeignKey(SessionIntelligence, on_delete=models.CASCADE, related_name="claims")
    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    version = models.PositiveIntegerField()
    """Of the analysis that made it."""
    order = models.PositiveIntegerField()
    """Place in that analysis: kinds in reading order, and within one as it was said."""
    text = models.CharField(max_length=600)
    is_inference = models.BooleanField(default=False)
    model_name = models.CharField(max_length=80)
    """Who proposed it; "offline" are the rules that ship with the product."""

    owner = models.CharField(max_length=6, choices=Owner, blank=True)
    """Of a commitment: who will do it. Of a question: who asked it."""
    due = models.CharField(max_length=120, blank=True)
    """Of a commitment: when, in the words that were used."""
    alternative = models.CharField(max_length=600, blank=True)
    """Of a hypothesis: another way to see the same words."""
    goal = models.ForeignKey(Goal, on_delete=models.SET_NULL, null=True, related_name="+")
    """Of a goal touched, or of an observation that bears on one."""
    stance = models.CharField(max_length=10, choices=Stance, blank=True)
    goal_delta = models.SmallIntegerField(default=0)
    """Of an observation: percentage points nearer to the goal, -10 to 10. A proposal; no goal moves by it."""
    milestone = models.CharField(max_length=120, blank=True)
    trigger = models.CharField(max_length=600, blank=True)
    behaviour = models.CharField(max_length=600, blank=True)
    payoff = models.CharField(max_length=600, blank=True)
    loop_state = models.CharField(max_length=8, choices=LoopState, blank=True)
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="later")
    """Of a loop: the same pattern in the session before in which it was seen."""
    principle = models.CharField(max_length=9, choices=Principle, blank=True)

    status = models.CharField(max_length=8, choices=Status, default=Status.PROPOSED)
    edited_text = models.CharField(max_length=600, blank=True)
    """The coach's wording; what was proposed stays in `text`."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    commitment = models.ForeignKey(Commitment, on_delete=models.SET_NULL, null=True, related_name="+")
    """What accepting it opened; taking the decision back takes this and the next two back."""
    step = models.ForeignKey(GoalDelta, on_delete=models.SET_NULL, null=True, related_name="+")
    station = models.ForeignKey(Milestone, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    search = models.GeneratedField(
        expression=SearchVector("text", "edited_text", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TenantManager.from_queryset(ClaimQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [
            GinIndex(fields=["search"], name="claim_search"),
            models.Index(fields=["coach", "session", "order"], name="claim_in_order"),
            models.Index(fields=["coach", "client", "status"], name="claim_by_client"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["proposed", "stale"]) | models.Q(decided_at__isnull=False),
                name="claim_decided_has_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status="edited", edited_text__gt="")
                | (~models.Q(status="edited") & models.Q(edited_text=""))
                | models.Q(status="stale"),
                name="claim_edited_has_text",
            ),
            models.CheckConstraint(
                condition=models.Q(goal_delta__gte=-10, goal_delta__lte=10), name="claim_goal_delta_small"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def words(self) -> str:
        """What it says: in the coach's wording where they changed it."""
        return self.edited_text or self.text

    def said(self, side: "Evidence.Side") -> "list[Evidence]":
        """Give its evidence on one side; fetch it `with_evidence` first."""
        return [each for each in self.evidence.all() if each.side == side]

    @property
    def is_decided(self) -> bool:
        """Whether the coach has said yes or no."""
        return self.status in self.DECIDED

    @property
    def is_open(self) -> bool:
        """Whether it waits for the coach."""
        return self.status == self.Status.PROPOSED

    @property
    def has_lost_its_source(self) -> bool:
        """Whether the words that it rested on are gone; one that never had any is an inference."""
        return not self.is_inference and not self.evidence.all()

    @property
    def is_tentative(self) -> bool:
        """Whether it is to be shown as a guess."""
        return self.kind == self.Kind.HYPOTHESIS or self.is_inference


class Evidence(TenantModel):
    """One quotation that a claim rests on, or that speaks against it: `utterance.text[start:end]`."""

    class Side(models.TextChoices):
        SUPPORTS = "supports", "Speaks for it"
        CONTRADICTS = "contradicts", "Speaks against it"

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="evidence")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    utterance = models.ForeignKey(Utterance, on_delete=models.CASCADE, related_name="+")
    quote = models.TextField()
    start = models.PositiveIntegerField()
    """Code points from the beginning of the utterance."""
    end = models.PositiveIntegerField()
    side = models.CharField(max_length=11, choices=Side, default=Side.SUPPORTS)

    objects = TenantManager["Evidence"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["coach", "claim", "utterance", "start", "end", "side"], name="evidence_once_a_claim"
            ),
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="evidence_has_words"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
