"""A session's transcript as its page shows it: the section with whatever stands there now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from coaching.accounts.http import CoachRequest
from coaching.consents import Purpose
from coaching.forms.transcripts import SpeakersForm, UploadForm
from coaching.models import CoachingSession, Speaker, Transcript
from coaching.views.consent_parts import Gate, gate

UPLOAD_IDS = "id_transcript_%s"
"""The page has a form for notes too, whose field is a text as well: each label must find its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What `coaching/parts/transcript.html` shows."""

    session: CoachingSession
    gate: Gate
    form: UploadForm
    read: Transcript | None
    coming: Transcript | None
    speakers: Sequence[Speaker]
    """Of the one that is read, each with `count`, how often they speak."""
    speakers_form: SpeakersForm
    length_ms: int | None
    has_begun: bool

    @property
    def is_guessed(self) -> bool:
        """Whether the names told who somebody is."""
        return any(speaker.role != Speaker.Role.UNKNOWN for speaker in self.speakers)

    @property
    def can_swap(self) -> bool:
        """Whether there are just coach and client, so that one press exchanges them."""
        return sorted(speaker.role for speaker in self.speakers) == [Speaker.Role.CLIENT, Speaker.Role.COACH]


def section_of(
    request: CoachRequest,
    session: CoachingSession,
    *,
    now: datetime,
    form: UploadForm | None = None,
    speakers_form: SpeakersForm | None = None,
) -> Section:
    """Read what there is of a session's transcript."""
    read = session.read_transcript
    speakers = _speakers(read) if read else []
    return Section(
        session=session,
        gate=gate(request, session.client, Purpose.RECORD, back=reverse("session-detail", args=[session.pk])),
        form=form or UploadForm(auto_id=UPLOAD_IDS),
        read=read,
        coming=next((each for each in session.transcripts_there if not each.is_read), None),
        speakers=speakers,
        speakers_form=speakers_form or SpeakersForm(speakers=speakers, client=session.client),
        length_ms=read.length_ms if read else None,
        has_begun=session.starts_at <= now,
    )


def section_page(request: CoachRequest, section: Section, *, status: int = 200) -> HttpResponse:
    """Answer with the section alone; once there are words, what the page makes of them is fetched again."""
    context = {"section": section}
    response = TemplateResponse(request, "coaching/parts/transcript.html", context, status=status)
    if section.read and not (section.coming and section.coming.is_unfinished):
        response["HX-Trigger-After-Settle"] = "transcript:changed"
    return response


def _speakers(transcript: Transcript) -> list[Speaker]:
    spoken = Speaker.objects.filter(transcript=transcript).annotate(count=Count("utterances"))
    return list(spoken.order_by("number"))
