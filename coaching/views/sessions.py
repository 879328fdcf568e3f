"""Pages about sessions: the list, one session, planning and moving."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import sessions
from coaching.forms.sessions import BookingForm, SessionForm, booking_of
from coaching.models import Client, CoachingSession, Commitment
from coaching.views.session_pages import detail_page, refuse
from journeyloop.tenancy.readings import Reading, Tally, read, slot

PAST_A_PAGE = 25
MOST_PLANNED = 300
MOST_WAITING = 5
"""Promises of the coach's own on this page; the rest is one tap away."""


@require_GET
@coach_required
def session_list(request: CoachRequest) -> HttpResponse:
    """Show what is planned, by day, and what is behind."""
    now = timezone.now()
    planned, waiting, (settled,) = read(_PLANNED(), _WAITING(), _SETTLED())
    past = Paginator(CoachingSession.objects.settled().with_client(), PAST_A_PAGE)
    past.count = settled  # counted already
    context = {
        "now": now,
        "groups": _by_time([session for session in planned if session.ends_at > now], now),
        "unsettled": [session for session in planned if session.ends_at <= now],
        "past": past.get_page(request.GET.get("page")),
        "is_new": not planned and not settled,
        "waiting": waiting,
    }
    return TemplateResponse(request, "coaching/session_list.html", context)


_PLANNED = Reading(lambda: CoachingSession.objects.planned().with_client()[:MOST_PLANNED])
_WAITING = Reading(lambda: Commitment.objects.waiting_on_coach().with_context()[:MOST_WAITING])
_SETTLED = Tally(lambda: CoachingSession.objects.settled().values("pk"))


@require_GET
@coach_required
def session_detail(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Show one session with its notes, and what can be done with it."""
    (found,) = read(_ONE(session=session_id))
    if not found:
        raise Http404
    return detail_page(request, found[0])


_ONE = Reading(lambda: CoachingSession.objects.with_client().filter(pk=slot("session")))


@require_http_methods(["GET", "POST"])
@coach_required
def session_create(request: CoachRequest) -> HttpResponse:
    """Plan a session."""
    form = _session_form(request, request.POST or None)
    if request.method == "GET":
        return _form_page(request, form)
    if not form.is_valid() or _must_ask(request, form):
        return _form_page(request, form, status=422)
    client, booking = form.chosen_client(), form.booking()
    session = sessions.schedule_session(client=client, booking=booking, by=request.user, now=timezone.now())
    messages.success(request, f"Planned with {client.name}.{_fold_note(form)}")
    return redirect("session-detail", session.pk)


@require_http_methods(["GET", "POST"])
@coach_required
def session_reschedule(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Move a planned session."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    zone = request.user.zone
    form = BookingForm(request.POST or None, zone=zone, initial=booking_of(session, zone))
    if not session.is_planned:
        return refuse(request, session)
    if request.method == "GET":
        return _form_page(request, form, session=session)
    if not form.is_valid() or _must_ask(request, form, session):
        return _form_page(request, form, session=session, status=422)
    try:
        sessions.reschedule_session(session=session, booking=form.booking(), by=request.user)
    except sessions.SessionSettledError:
        return refuse(request, session)
    messages.success(request, f"The session with {session.client.name} is moved.{_fold_note(form)}")
    return redirect("session-detail", session.pk)


@require_GET
@coach_required
def session_preview(request: CoachRequest) -> HttpResponse:
    """Show a half-filled form's time on the client's clock, and what else is planned then (htmx)."""
    session = None
    if moved := _uuid(request.GET.get("session")):
        session = get_object_or_404(CoachingSession.objects.with_client(), pk=moved)
    context = {"now": timezone.now(), **_preview_of(request, session)}
    return TemplateResponse(request, "coaching/parts/session_preview.html", context)


def _by_time(planned: list[CoachingSession], now: datetime) -> list[tuple[str, list[CoachingSession]]]:
    """Group what is planned by the coach's calendar; weeks end on Sunday."""
    today = timezone.localdate(now)
    sunday = today + timedelta(days=6 - today.weekday())
    until = {"Today": today, "This week": sunday, "Next week": sunday + timedelta(days=7), "Later": date.max}
    groups: dict[str, list[CoachingSession]] = {title: [] for title in until}
    for session in planned:
        day = timezone.localdate(session.starts_at)
        groups[next(title for title, last in until.items() if day <= last)].append(session)
    return list(groups.items())


def _session_form(request: CoachRequest, data: Any) -> SessionForm:
    start: dict[str, Any] = {"duration_minutes": 60, "session_type": CoachingSession.Type.REGULAR}
    if chosen := _uuid(request.GET.get("client")):
        start["client"] = str(chosen)
    clients = Client.objects.current().order_by("name")
    return SessionForm(data, zone=request.user.zone, clients=clients, initial=start)


def _form_page(
    request: HttpRequest, form: BookingForm, *, session: CoachingSession | None = None, status: int = 200
) -> HttpResponse:
    clashes = _clashes(form, session) if form.is_bound and form.is_valid() else []
    context = {"form": form, "session": session, "clashes": clashes, "now": timezone.now()}
    return TemplateResponse(request, "coaching/session_form.html", context, status=status)


def _must_ask(request: HttpRequest, form: BookingForm, session: CoachingSession | None = None) -> bool:
    """Say whether to ask before planning over another session; `anyway` is the coach's answer."""
    return "anyway" not in request.POST and bool(_clashes(form, session))


def _clashes(form: BookingForm, session: CoachingSession | None) -> list[CoachingSession]:
    """Find what else is planned then; nothing while the form's time or length is not understood."""
    starts_at, minutes = form.cleaned_data.get("starts_at"), form.cleaned_data.get("duration_minutes")
    if starts_at is None or minutes is None:
        return []
    ends_at = starts_at + timedelta(minutes=minutes)
    others = CoachingSession.objects.overlapping(starts_at=starts_at, ends_at=ends_at).with_client()
    return [other for other in others if session is None or other.pk != session.pk]


def _preview_of(request: CoachRequest, session: CoachingSession | None) -> dict[str, Any]:
    form = BookingForm(request.GET, zone=request.user.zone)
    form.full_clean()
    client_id = session.client_id if session else _uuid(request.GET.get("client"))
    client = Client.objects.filter(pk=client_id).first() if client_id else None
    return {
        "client": client,
        "session": session,
        "starts_at": form.cleaned_data.get("starts_at"),
        "comes_twice": form.cleaned_data.get("comes_twice", False),
        "gap": form.errors.get("time") if request.GET.get("time") else None,
        "clashes": _clashes(form, session),
    }


def _fold_note(form: BookingForm) -> str:
    """Say which of the two was meant when the clocks go back over the chosen time."""
    return (
        " The clocks go back that night; this is the earlier of the two."
        if form.cleaned_data["comes_twice"]
        else ""
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
