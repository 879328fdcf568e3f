"""Pages about clients."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching import slots
from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import clients
from coaching.forms.clients import ClientForm, fresh_details, written_details
from coaching.forms.notes import NoteForm
from coaching.models import Client, CoachingSession, Goal, Milestone, Note
from coaching.models.clients import ClientQuerySet
from coaching.models.consents import NEWEST, standings
from coaching.views.commitments import OF_CLIENT, commitment_parts
from coaching.views.consent_parts import asks_of
from journeyloop.tenancy.readings import Reading, read, slot

MOST_SHOWN = 200
"""Rows of the list; a longer practice searches."""
PAST_SHOWN = 50


@require_GET
@vary_on_headers("HX-Request")
@coach_required
def client_list(request: CoachRequest) -> HttpResponse:
    """Show the coach's clients: the page, or just the list when htmx asks for it."""
    words, archived = _search_words(request), request.GET.get("show") == "archived"
    shown = _found(words, archived=archived)
    context = {
        "clients": shown[:MOST_SHOWN],
        "cut": len(shown) > MOST_SHOWN,
        "words": words,
        "archived": archived,
        "is_new": not shown and not Client.objects.exists(),
        "now": timezone.now(),
    }
    template = "coaching/client_list.html" + ("#client-list" if request.htmx else "")
    return TemplateResponse(request, template, context)


def _found(words: str, *, archived: bool) -> list[Client]:
    """Find those to list, and one more where there are too many."""
    now = timezone.now()
    if words or archived:
        everybody = Client.objects.archived() if archived else Client.objects.current()
        return list(_listed(everybody.named_like(words), now=now))
    (shown,) = read(_EVERYBODY(now=now))
    return shown


def _listed(clients: ClientQuerySet, *, now: Any) -> ClientQuerySet:
    return clients.with_session_counts().with_next_session(now=now).order_by("name")[: MOST_SHOWN + 1]


_EVERYBODY = Reading(lambda: _listed(Client.objects.current(), now=slot("now")))


@require_http_methods(["GET", "POST"])
@coach_required
def client_create(request: CoachRequest) -> HttpResponse:
    """Add a client."""
    start = fresh_details(time_zone=request.user.time_zone, today=timezone.localdate())
    form = ClientForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        client = clients.create_client(details=form.details(), by=request.user, now=timezone.now())
        messages.success(request, f"{client.name} is in your list.")
        return redirect("client-detail", client.pk)
    return _form_page(request, form, client=None)


@require_http_methods(["GET", "POST"])
@coach_required
def client_edit(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Change what is written down about a client."""
    client = get_object_or_404(Client.objects, pk=client_id)
    form = ClientForm(request.POST or None, initial=written_details(client), client=client)
    problem = f"{client.name} is archived. Restore them to change anything."
    if client.is_archived:
        return _refuse(request, client, problem)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, client=client)
    try:
        clients.update_client(client=client, details=form.details(), by=request.user, now=timezone.now())
    except clients.ClientArchivedError:
        return _refuse(request, client, problem)
    messages.success(request, "Saved.")
    return redirect("client-detail", client.pk)


@require_GET
@coach_required
def client_detail(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Show one client: who they are, their sessions, the coach's notes."""
    (found,) = read(_ONE(client=client_id))
    if not found:
        raise Http404
    return _detail_page(request, found[0])


_ONE = Reading(lambda: Client.objects.filter(pk=slot("client")))


@require_POST
@coach_required
def client_archive(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Put a client away."""
    client = get_object_or_404(Client.objects, pk=client_id)
    try:
        clients.archive_client(client=client, by=request.user, now=timezone.now())
    except clients.ClientArchivedError:
        return _refuse(request, client, f"{client.name} was archived already.")
    undo = reverse("client-restore", args=[client.pk])
    planned = CoachingSession.objects.upcoming(now=timezone.now()).filter(client=client).count()
    kept = f" Still planned: {planned} session{'s' if planned > 1 else ''}." if planned else ""
    messages.success(request, f"{client.name} is archived.{kept}", extra_tags=undo)
    return redirect("client-list")


@require_POST
@coach_required
def client_restore(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Bring an archived client back."""
    client = get_object_or_404(Client.objects, pk=client_id)
    try:
        clients.restore_client(client=client, by=request.user, now=timezone.now())
    except clients.ClientNotArchivedError:
        return _refuse(request, client, f"{client.name} is not archived.")
    messages.success(request, f"{client.name} is back in your list.")
    return redirect("client-detail", client.pk)


def _search_words(request: HttpRequest) -> str:
    # PostgreSQL takes no NUL in a string.
    return request.GET.get("q", "").replace("\0", "").strip()[:100]


def _form_page(request: HttpRequest, form: ClientForm, *, client: Client | None) -> HttpResponse:
    status = 422 if form.is_bound else 200
    context = {"form": form, "client": client}
    return TemplateResponse(request, "coaching/client_form.html", context, status=status)


def _refuse(request: CoachRequest, client: Client, problem: str) -> HttpResponse:
    client.refresh_from_db()
    return _detail_page(request, client, problem=problem, status=409)


def _detail_page(
    request: CoachRequest, client: Client, *, problem: str = "", status: int = 200
) -> HttpResponse:
    parts = slots.parts_of("client-detail", request, client)
    sessions, notes, said, goals, stations, promised = read(*(each(client=client.pk) for each in _BESIDE))
    context: dict[str, Any] = {
        "client": client,
        "now": timezone.now(),
        "problem": problem,
        "parts": parts,
        "notes": notes,
        "note_form": NoteForm(),
        "asks": asks_of(client, standings(said).values()),
        "goals": _with_stations(goals, stations),
        **commitment_parts(client, promised),
        **_by_state(sessions),
    }
    return TemplateResponse(request, "coaching/client_detail.html", context, status=status)


_BESIDE = (
    Reading(lambda: CoachingSession.objects.filter(client=slot("client")).order_by("-starts_at")),
    Reading(
        lambda: Note.objects.filter(client=slot("client")).select_related("session").order_by("-created_at")
    ),
    NEWEST,
    Reading(lambda: Goal.objects.current().filter(client=slot("client")).foremost_first()),
    Reading(lambda: Milestone.objects.kept().filter(goal__client=slot("client")).in_order()),
    OF_CLIENT,
)
"""What stands beside a client: their sessions, notes, consents, goals, milestones and promises."""


def _with_stations(goals: Sequence[Goal], stations: Sequence[Milestone]) -> Sequence[Goal]:
    """Give each goal its milestones, as `GoalQuerySet.with_milestones` does."""
    for goal in goals:
        goal.stations = [each for each in stations if each.goal_id == goal.pk]  # type: ignore[attr-defined]
    return goals


def _by_state(every: Sequence[CoachingSession]) -> dict[str, Any]:
    """Sort a client's sessions into those to come, those without a word yet, and those behind."""
    now = timezone.now()
    planned = [session for session in reversed(every) if session.is_planned]
    return {
        "upcoming": [session for session in planned if session.ends_at > now],
        "unsettled": [session for session in planned if session.ends_at <= now],
        "past": [session for session in every if not session.is_planned][:PAST_SHOWN],
        "held": sum(session.status == CoachingSession.Status.COMPLETED for session in every),
    }
