"""What was said in a session: the file that came in, who speaks in it, and each thing they said."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Greatest, Now

from coaching.models.clients import Client
from coaching.models.sessions import CoachingSession
from journeyloop.tenancy.models import TenantManager, TenantModel, TenantQuerySet

MARKS = ("\x02", "\x03")
"""Around what a search found. No text that was read has control characters in it."""


class TranscriptQuerySet(TenantQuerySet["Transcript"]):
    """Reads over the open tenant's transcripts."""

    def of_session(self, session: CoachingSession) -> Self:
        """Keep this session's: at most one that is read and one that is on its way."""
        return self.filter(session=session)

    def read(self) -> Self:
        """Keep transcripts whose words are there: at most one a session."""
        return self.filter(status=Transcript.Status.READ)

    def coming(self) -> Self:
        """Keep transcripts that wait to be read, are being read, or could not be."""
        return self.exclude(status=Transcript.Status.READ)

    def without_file(self) -> Self:
        """Leave the file in the database: it may be megabytes."""
        return self.defer("content")

    def with_length(self) -> Self:
        """Add `length_ms`, from the beginning to the last time in it; None where it has no times."""
        ends, starts = models.Max("utterances__ends_ms"), models.Max("utterances__starts_ms")
        return self.annotate(length_ms=Greatest(ends, starts))

    def with_roles(self) -> Self:
        """Add `roles`, who each of its voices is said to be."""
        voices = Speaker.objects.filter(transcript=models.OuterRef("pk")).order_by("number")
        return self.annotate(roles=ArraySubquery(voices.values("role")))


class Transcript(TenantModel):
    """
    One file of a session's words. received → reading → read | failed; failed → received again.

    A session has at most one that is read. A newer file stands beside it until it is read itself and
    takes its place, so a file that cannot be read costs nothing that was there.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "Waiting to be read"
        READING = "reading", "Being read"
        READ = "read", "Read"
        FAILED = "failed", "Could not be read"

    class Format(models.TextChoices):
        VTT = "vtt", "WebVTT"
        SRT = "srt", "SubRip"
        TXT = "txt", "Text"
        DOCX = "docx", "Word"
        RECALL = "recall", "Recall.ai"

    UNFINISHED: ClassVar[tuple[str, ...]] = (Status.RECEIVED, Status.READING)

    length_ms: int | None
    """Only after `with_length`."""
    roles: list[str]
    """Only after `with_roles`."""
    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="transcripts")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="transcripts")
    file_name = models.CharField(max_length=200)
    format = models.CharField(max_length=6, choices=Format, blank=True)
    """What the content turned out to be; blank until it is read."""
    content = models.BinaryField(null=True)
    """The file as it came; kept until it is read, so that a failure loses nothing."""
    size = models.PositiveIntegerField()
    """Bytes of the file."""
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status, default=Status.RECEIVED)
    problem = models.TextField(blank=True)
    """Why it could not be read, for the coach; never a quotation."""
    problem_line = models.PositiveIntegerField(null=True)
    """Line of the file that the problem is about, counted from 1."""
    remarks = models.TextField(blank=True)
    """What reading had to assume or put right, one remark a line."""
    utterance_count = models.PositiveIntegerField(default=0)
    word_count = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    speakers_named_at = models.DateTimeField(null=True)
    """When the coach said who is who; until then the roles are guesses."""

    objects = TenantManager.from_queryset(TranscriptQuerySet)()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["coach", "session"],
                condition=models.Q(status="read"),
                name="transcript_one_read_a_session",
            ),
            models.UniqueConstraint(
                fields=["coach", "session"],
                condition=~models.Q(status="read"),
                name="transcript_one_coming_a_session",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_read(self) -> bool:
        """Whether its words are there."""
        return self.status == self.Status.READ

    @property
    def is_unfinished(self) -> bool:
        """Whether reading is still to come or under way."""
        return self.status in self.UNFINISHED


class Speaker(TenantModel):
    """One voice of a transcript, by the label that the file gives it."""

    class Role(models.TextChoices):
        COACH = "coach", "Coach"
        CLIENT = "client", "Client"
        OTHER = "other", "Somebody else"
        UNKNOWN = "unknown", "Not known"

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="speakers")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    """Order of first speaking, from 1."""
    label = models.CharField(max_length=120, blank=True)
    """As in the file; blank for words that nobody is named for."""
    role = models.CharField(max_length=8, choices=Role, default=Role.UNKNOWN)

    objects = TenantManager["Speaker"]()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["coach", "transcript", "number"], name="speaker_once_a_transcript"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class UtteranceQuerySet(TenantQuerySet["Utterance"]):
    """Reads over what was said. Only transcripts that are read have utterances."""

    def of_session(self, session: CoachingSession) -> Self:
        """All of one session, in order, each with its speaker."""
        return self.filter(session=session).order_by("number").select_related("speaker").defer("search")

    def between(self, first: int, last: int) -> Self:
        """Keep those with these numbers and the ones between them."""
        return self.filter(number__gte=first, number__lte=last)

    def of_client(self, client: Client) -> Self:
        """All of one client's sessions, newest session first, in order within each."""
        found = self.filter(client=client).select_related("speaker", "session").defer("search")
        return found.order_by("-session__starts_at", "session", "number")

    def search(self, words: str) -> Self:
        """
        Keep what contains these words in any of their forms; "quoted words" must stand together.

        A search of nothing but stop words looks for them letter by letter.
        """
        query = SearchQuery(words, config="english", search_type="websearch")
        is_empty = models.Func(query, function="numnode", output_field=models.IntegerField())
        return self.alias(query_nodes=is_empty).filter(
            models.Q(search=query) | models.Q(query_nodes=0, text__icontains=words.strip(' "'))
        )

    def marked(self, words: str) -> "models.QuerySet[Any]":
        """Add `headline`: the text with what a search for these words found between MARKS."""
        query = SearchQuery(words, config="english", search_type="websearch")
        start, stop = MARKS
        return self.annotate(
            headline=SearchHeadline(
                "text", query, config="english", start_sel=start, stop_sel=stop, highlight_all=True
            )
        )


class Utterance(TenantModel):
    """One thing that somebody said, without a break. Its id stays as long as the transcript does."""

    transcript = models.ForeignKey(Transcript, on_delete=models.CASCADE, related_name="utterances")
    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="utterances")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="utterances")
    speaker = models.ForeignKey(Speaker, on_delete=models.CASCADE, related_name="utterances")
    number = models.PositiveIntegerField()
    """Place in the transcript, from 1; its anchor in pages is #u-<number>."""
    starts_ms = models.PositiveIntegerField(null=True)
    """Milliseconds from the beginning of the recording; None where the file has no times."""
    ends_ms = models.PositiveIntegerField(null=True)
    text = models.TextField()
    search = models.GeneratedField(
        expression=SearchVector("text", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = TenantManager.from_queryset(UtteranceQuerySet)()

    class Meta(TenantModel.Meta):
        indexes = [
            GinIndex(fields=["search"], name="utterance_search"),
            models.Index(fields=["session", "number"], name="utterance_by_session"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["coach", "transcript", "number"], name="utterance_number_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
