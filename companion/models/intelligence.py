"""
What sessions were about: one row a session, and the work on it.

The claims themselves are in `statements`, with a word on how a page reads them.
"""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from coaching.models import Client, CoachingSession, Transcript
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet
from journeyloop.tenancy.readings import Reading, read, slot


class IntelligenceQuerySet(TenantQuerySet["SessionIntelligence"]):
    """Reads over the open tenant's analysed sessions."""

    def of_client(self, client: Client) -> Self:
        """One client's analysed sessions, newest session first."""
        return self.filter(client=client).select_related("session").order_by("-session__starts_at")


_OF_SESSION = Reading(lambda: SessionIntelligence.objects.filter(session=slot("session")))


def intelligence_of(session: CoachingSession) -> "SessionIntelligence | None":
    """Find the one row of this session; None before its first analysis."""
    (found,) = read(_OF_SESSION(session=session.pk))
    return found[0] if found else None


class SessionIntelligence(TenantModel):
    """What one session was about: exactly one row a session. Each analysis raises its version."""

    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    transcript = models.ForeignKey(Transcript, on_delete=models.SET_NULL, null=True, related_name="+")
    """The words that were read; NULL once they are gone."""
    version = models.PositiveIntegerField(default=0)
    model_name = models.CharField(max_length=80, blank=True)
    summary = models.TextField(blank=True)
    """The summary claims that were not rejected, one after the other."""
    parts = models.PositiveSmallIntegerField(default=0)
    """In how many parts it was read."""
    left_out = models.JSONField(default=list)
    """What was said and is not shown: [{kind, reason, count}], without its words."""
    analysed_at = models.DateTimeField(null=True)

    coach_words = models.PositiveIntegerField(default=0)
    client_words = models.PositiveIntegerField(default=0)
    questions = models.PositiveIntegerField(default=0)
    open_questions = models.PositiveIntegerField(default=0)
    longest_turn_words = models.PositiveIntegerField(default=0)
    longest_turn_number = models.PositiveIntegerField(null=True)
    """The utterance with which the coach's longest turn begins."""
    longest_turn_ms = models.PositiveIntegerField(null=True)
    silences = models.PositiveIntegerField(null=True)
    """Gaps of three seconds and more; this and the next two are NULL for a transcript without times."""
    longest_silence_ms = models.PositiveIntegerField(null=True)
    silences_ended_by_coach = models.PositiveIntegerField(null=True)

    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantManager.from_queryset(IntelligenceQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach", "session"], name="intelligence_once_a_session")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def coach_share(self) -> float | None:
        """The coach's part of the words of both, 0 to 1."""
        both = self.coach_words + self.client_words
        return self.coach_words / both if both else None

    @property
    def open_share(self) -> float | None:
        """The open part of the coach's questions, 0 to 1."""
        return self.open_questions / self.questions if self.questions else None

    def is_outdated(self, transcript: Transcript | None) -> bool:
        """Whether the session's words, or who said them, changed after they were analysed."""
        if transcript is None or self.analysed_at is None or self.transcript_id != transcript.pk:
            return True
        named = transcript.speakers_named_at
        return named is not None and named > self.analysed_at

    @property
    def left_out_count(self) -> int:
        """How many statements are not shown."""
        return sum(int(each["count"]) for each in self.left_out)


class AnalysedPart(TenantModel):
    """
    One part of a session that was read already, so that another attempt does not pay for it again.

    Gone once the whole is stored; never shown.
    """

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    """From 0."""
    total = models.PositiveSmallIntegerField()
    """How many parts there were; cut otherwise, this one is of no use."""
    model_name = models.CharField(max_length=80)
    found = models.JSONField()
    """Claims and what was dropped, see engine.analysis.storing."""
    created_at = models.DateTimeField(db_default=Now())

    objects = TenantManager["AnalysedPart"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["coach", "transcript", "number"], name="part_once_a_transcript")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SessionAnalysis(TenantModel):
    """
    The old way: one text a session, made afresh and whole each time, by rule and without claims.

    Written beside SessionIntelligence for as long as the two are compared.
    """

    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    summary = models.TextField(blank=True)
    """Sentences from the transcript, one a line."""
    numbers = ArrayField(models.PositiveIntegerField(), default=list)
    """The utterances that they were taken from, in the same order."""
    topics = ArrayField(models.CharField(max_length=60), default=list)
    """Words that come back most."""
    generated_at = models.DateTimeField()

    objects = TenantManager["SessionAnalysis"]()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["coach", "session"], name="analysis_once_a_session")]

    def __str__(self) -> str:
        return str(self.pk)
