"""A person's own settings: name, time zone, and a coach's API keys."""

from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from coaching.accounts import tokens
from coaching.accounts.decorators import coach_required, confirmation_required
from coaching.accounts.forms import KeyForm, NameForm, TimeZoneForm
from coaching.accounts.http import CoachRequest, UserRequest
from coaching.actions import accounts, sign_ins
from coaching.models import ApiKey
from coaching.views.ways import way_back
from journeyloop.tenancy.readings import Reading, read, slot


@require_GET
def settings_page(request: UserRequest) -> HttpResponse:
    """Show one's own settings."""
    return _page(request)


@require_POST
def name_change(request: UserRequest) -> HttpResponse:
    """Call this person something else."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, name_form=form, status=422)
    accounts.change_name(user=request.user, name=form.cleaned_data["name"])
    messages.success(request, "Saved.")
    return redirect("settings")


@require_POST
def time_zone_confirm(request: UserRequest) -> HttpResponse:
    """Confirm a time zone, from the settings or from the question on any page."""
    form = TimeZoneForm(request.POST)
    if not form.is_valid():
        return _page(request, zone_form=form, status=422)
    time_zone = form.cleaned_data["time_zone"]
    accounts.confirm_time_zone(user=request.user, time_zone=time_zone, now=timezone.now())
    messages.success(request, f"Your times are shown in {time_zone}.")
    return redirect(way_back(request) or "settings")


@require_POST
@never_cache
@coach_required
@confirmation_required
def key_create(request: CoachRequest) -> HttpResponse:
    """Make an API key and show its token, this once."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, key_form=form, status=422)
    name, scopes = form.cleaned_data["key_name"], list(tokens.SCOPES)
    key, raw = tokens.make_key(owner=request.coach, name=name, scopes=scopes, now=timezone.now())
    return _page(request, new_key=key, new_token=raw)


@require_POST
@coach_required
def key_revoke(request: CoachRequest, key_id: UUID) -> HttpResponse:
    """Refuse a key from now on."""
    key = get_object_or_404(ApiKey, pk=key_id, owner=request.coach)
    tokens.revoke_key(key=key, now=timezone.now())
    messages.success(request, f"The key “{key.name}” no longer opens anything.")
    return redirect("settings")


@require_POST
def session_end(request: UserRequest) -> HttpResponse:
    """Sign one of one's own browsers out, wherever it is."""
    key = request.POST.get("session", "")
    is_number = key.isdecimal() and len(key) < 19
    session = get_object_or_404(UserSession, user=request.user, pk=int(key) if is_number else None)
    sign_ins.end_session(user=request.user, session=session)
    messages.success(request, "That browser is signed out.")
    return redirect("usersessions_list")


def _page(request: UserRequest, *, status: int = 200, **changed: Any) -> HttpResponse:
    user = request.user
    (keys,) = read(_KEYS(coach=request.coach.pk)) if request.coach else [[]]
    context: dict[str, Any] = {
        "name_form": NameForm(initial={"name": user.name}),
        "zone_form": TimeZoneForm(initial={"time_zone": user.time_zone}),
        "key_form": KeyForm(),
        "keys": keys,
        "new_key": None,
        "new_token": "",
        "now": timezone.now(),
        **changed,
    }
    return TemplateResponse(request, "coaching/settings.html", context, status=status)


_KEYS = Reading(lambda: ApiKey.objects.filter(owner=slot("coach"), revoked_at=None).order_by("-created_at"))
