"""A session's transcript: brought, followed while it is read, tried again, replaced, understood, deleted."""

from collections.abc import Mapping
from uuid import UUID

from csp.constants import NONE
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import transcripts
from coaching.actions.consents import NoConsentError
from coaching.forms.transcripts import SpeakersForm, UploadForm
from coaching.models import CoachingSession, Speaker, Transcript
from coaching.views import consent_parts
from coaching.views.session_pages import detail_page
from coaching.views.transcript_parts import UPLOAD_IDS, section_of, section_page

_WHY_NOT: Mapping[type[Exception], str] = {
    transcripts.TranscriptHereError: (
        "There is a transcript already. Tick the box to let this one take its place."
    ),
    transcripts.SameTranscriptError: "This is the very file that is here already.",
    transcripts.StillReadingError: "A file is being read just now. Give it a moment.",
    transcripts.SessionAheadError: "This session has not begun, so nothing can have been said in it.",
}


@require_POST
@coach_required
def transcript_upload(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Take a file, or pasted words, and have them read."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    form = UploadForm(request.POST, request.FILES, auto_id=UPLOAD_IDS)
    if not form.is_valid():
        return _show(request, session, form=form, status=form.status)
    try:
        transcripts.receive(
            session=session,
            file=form.brought(),
            replaces=form.cleaned_data["replaces"],
            by=request.user,
            now=timezone.now(),
        )
    except NoConsentError as refusal:
        form.add_error(None, f"{refusal} Nothing was kept.")
        return _show(request, session, form=form, status=403)
    except tuple(_WHY_NOT) as error:
        form.add_error(None, _WHY_NOT[type(error)])
        return _show(request, session, form=form, status=409)
    return _show(request, session)


@require_GET
@coach_required
def transcript_section(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Show the section alone, as it is now."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    return section_page(request, section_of(request, session, now=timezone.now()))


@require_POST
@coach_required
def transcript_retry(request: CoachRequest, transcript_id: UUID) -> HttpResponse:
    """Read a kept file once more."""
    transcript = _get(transcript_id)
    try:
        transcripts.read_again(transcript=transcript, by=request.user)
    except NoConsentError as refusal:
        return consent_parts.refuse(request, transcript.client, refusal)
    return _show(request, transcript.session)


@require_POST
@coach_required
def transcript_speakers(request: CoachRequest, transcript_id: UUID) -> HttpResponse:
    """Keep who is who, or exchange coach and client."""
    transcript = _get(transcript_id)
    speakers = list(Speaker.objects.filter(transcript=transcript).order_by("number"))
    form = SpeakersForm(request.POST, speakers=speakers, client=transcript.client)
    roles = _swapped(speakers) if "swap" in request.POST else form.roles() if form.is_valid() else None
    if roles is None:
        return _show(request, transcript.session, speakers_form=form, status=422)
    transcripts.name_speakers(transcript=transcript, roles=roles, by=request.user, now=timezone.now())
    return _show(request, transcript.session)


@require_GET
@csp_replace({"default-src": [NONE], "sandbox": True})  # type: ignore[arg-type]  # knows views of no parameter
@coach_required
def transcript_file(request: CoachRequest, transcript_id: UUID) -> HttpResponse:
    """Give back the file that was brought, for saving and never for showing."""
    transcript = get_object_or_404(Transcript.objects.coming(), pk=transcript_id)
    response = HttpResponse(bytes(transcript.content or b""), content_type="application/octet-stream")
    disposition = content_disposition_header(as_attachment=True, filename=transcript.file_name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
@coach_required
def transcript_delete(request: CoachRequest, transcript_id: UUID) -> HttpResponse:
    """Ask, and delete a transcript with all that was said in it."""
    transcript = _get(transcript_id)
    if request.method == "GET":
        return TemplateResponse(request, "coaching/transcript_delete.html", {"transcript": transcript})
    transcripts.delete(transcript=transcript, by=request.user)
    messages.success(request, "The transcript is deleted.")
    return redirect("session-detail", transcript.session_id)


def _get(transcript_id: UUID) -> Transcript:
    found = Transcript.objects.without_file().select_related("session__client", "client")
    return get_object_or_404(found, pk=transcript_id)


def _swapped(speakers: list[Speaker]) -> dict[int, Speaker.Role]:
    """Exchange coach and client; others stay who they are."""
    other = {Speaker.Role.COACH: Speaker.Role.CLIENT, Speaker.Role.CLIENT: Speaker.Role.COACH}
    return {each.number: other.get(Speaker.Role(each.role), Speaker.Role(each.role)) for each in speakers}


def _show(
    request: CoachRequest,
    session: CoachingSession,
    *,
    form: UploadForm | None = None,
    speakers_form: SpeakersForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the section; without script, with the session's page."""
    if not request.htmx and status == 200:
        return redirect(f"{reverse('session-detail', args=[session.pk])}#transcript")
    section = section_of(request, session, now=timezone.now(), form=form, speakers_form=speakers_form)
    if request.htmx:
        return section_page(request, section, status=status)
    return detail_page(request, session, transcript=section, status=status)
