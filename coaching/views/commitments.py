"""What was promised, on a client's page, a session's, and among what waits on the coach."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import commitments
from coaching.actions.commitments import CommitmentStatusError
from coaching.forms.commitments import CommitmentForm, written_commitment
from coaching.models import Client, CoachingSession, Commitment, User
from coaching.models.commitments import CommitmentQuerySet
from coaching.views.ways import way_back
from journeyloop.tenancy.readings import Reading, read, slot


class Deed(Protocol):
    """Changes a commitment's status, or raises CommitmentStatusError."""

    def __call__(self, *, commitment: Commitment, by: User, now: datetime) -> Commitment: ...


@require_POST
@vary_on_headers("HX-Request")
@coach_required
def client_commitment_create(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Keep in view what was promised between coach and client."""
    return _create(request, get_object_or_404(Client.objects, pk=client_id), session=None)


@require_POST
@vary_on_headers("HX-Request")
@coach_required
def session_commitment_create(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Keep in view what was promised in a session."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    return _create(request, session.client, session=session)


@require_GET
@coach_required
def waiting_on_me(request: CoachRequest) -> HttpResponse:
    """Show every open promise of the coach's own."""
    waiting = Commitment.objects.waiting_on_coach().with_context()
    context = {"commitments": waiting, "now": timezone.now(), "who": True}
    return TemplateResponse(request, "coaching/waiting_on_me.html", context)


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@coach_required
def commitment_edit(request: CoachRequest, commitment_id: UUID) -> HttpResponse:
    """Change a commitment where it stands; `?back` shows it again unchanged."""
    commitment = _commitment(commitment_id)
    start, ids = written_commitment(commitment), f"id_{commitment.pk}_%s"
    form = CommitmentForm(request.POST or None, client=commitment.client, initial=start, auto_id=ids)
    form.fields["text"].widget.attrs["autofocus"] = True
    if not commitment.is_open or (request.method == "GET" and "back" in request.GET):
        return _shown(request, commitment)
    if request.method == "GET" or not form.is_valid():
        return _shown(request, commitment, form=form, status=422 if form.is_bound else 200)
    details = form.details()
    commitments.update_commitment(commitment=commitment, details=details, by=request.user, now=timezone.now())
    return _answer(request, commitment, "Saved.")


@require_POST
@coach_required
def commitment_keep(request: CoachRequest, commitment_id: UUID) -> HttpResponse:
    """Mark a commitment as done."""
    return _change(request, commitment_id, commitments.keep_commitment, "Done.")


@require_POST
@coach_required
def commitment_drop(request: CoachRequest, commitment_id: UUID) -> HttpResponse:
    """Let a commitment go."""
    return _change(request, commitment_id, commitments.drop_commitment, "Let go.")


@require_POST
@coach_required
def commitment_reopen(request: CoachRequest, commitment_id: UUID) -> HttpResponse:
    """Take a settled commitment up again."""
    return _change(request, commitment_id, commitments.reopen_commitment, "Open again.")


def _commitment(commitment_id: UUID) -> Commitment:
    return get_object_or_404(Commitment.objects.with_context(), pk=commitment_id)


def _change(request: CoachRequest, commitment_id: UUID, deed: Deed, words: str) -> HttpResponse:
    commitment = _commitment(commitment_id)
    try:
        deed(commitment=commitment, by=request.user, now=timezone.now())
    except CommitmentStatusError:
        return _answer(request, commitment, f"It was {commitment.get_status_display().lower()} already.")
    return _answer(request, commitment, words)


def _answer(request: CoachRequest, commitment: Commitment, words: str) -> HttpResponse:
    if request.htmx:
        return _shown(request, commitment, said=words)
    messages.success(request, words)
    return redirect(way_back(request) or _home_of(commitment.client, commitment.session))


def _home_of(client: Client, session: CoachingSession | None) -> str:
    page = reverse("session-detail", args=[session.pk]) if session else None
    return f"{page or reverse('client-detail', args=[client.pk])}#commitments"


def _shown(
    request: CoachRequest,
    commitment: Commitment,
    *,
    form: CommitmentForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show one commitment as it stands, or as it is being changed: alone for htmx, else as a page."""
    template = "parts/commitment.html" if request.htmx else "commitment_page.html"
    context = {
        "commitment": commitment,
        "client": commitment.client,
        "form": form,
        "said": said,
        "who": "who" in request.GET or "who" in request.POST,
        "now": timezone.now(),
    }
    return TemplateResponse(request, f"coaching/{template}", context, status=status)


def _create(request: CoachRequest, client: Client, *, session: CoachingSession | None) -> HttpResponse:
    form = CommitmentForm(request.POST, client=client, auto_id="id_commitment_%s")
    kept = form.is_valid()
    if kept:
        details, now = form.details(), timezone.now()
        commitments.open_commitment(client=client, session=session, details=details, by=request.user, now=now)
    if kept and not request.htmx:
        return redirect(_home_of(client, session))
    (beside,) = read(OF_SESSION(session=session.pk) if session else OF_CLIENT(client=client.pk))
    context = {
        "client": client,
        "session": session,
        "now": timezone.now(),
        **commitment_parts(client, beside, form=None if kept else form),
    }
    template = "parts/commitments.html" if request.htmx else "commitment_form.html"
    return TemplateResponse(request, f"coaching/{template}", context, status=200 if kept else 422)


def commitment_parts(
    client: Client, beside: Sequence[Commitment], *, form: CommitmentForm | None = None
) -> dict[str, object]:
    """Collect what `coaching/parts/commitments.html` shows beside a client or a session."""
    return {
        "open_commitments": [each for each in beside if each.is_open],
        "settled_commitments": [each for each in beside if not each.is_open],
        "commitment_form": form or CommitmentForm(client=client, auto_id="id_commitment_%s"),
    }


def _in_order() -> CommitmentQuerySet:
    return Commitment.objects.with_context().order_by("due_on", "created_at")


OF_CLIENT = Reading(lambda: _in_order().filter(client=slot("client")))
OF_SESSION = Reading(lambda: _in_order().filter(session=slot("session")))
