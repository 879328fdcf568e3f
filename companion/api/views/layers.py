"""The coach's own pages for the six layers: read, change, go back. The API never gives these texts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import bootstrapping, notifications, personality, provisioning
from companion.actions.personality import StaleLayerError
from companion.api import layers as reading
from companion.api.layers import Budget, LayerCard
from companion.api.views.fragments import tell_notice
from companion.api.views.inputs import TEXT_LIMIT, whole_number
from companion.api.views.page import head_response
from companion.api.views.panels import tell_panels
from companion.engine.diffs import words
from companion.engine.tokens import OverBudgetError
from companion.models import CompanionPersonality, PersonalityVersion


@require_safe
@never_cache
@coach_required
def layers(request: CoachRequest) -> HttpResponse:
    """Show the six layers with their texts and budgets."""
    cards = reading.cards()
    if not cards:
        provisioning.provision(coach=request.coach)
        cards = reading.cards()
    context = {"cards": cards, "total": reading.total(cards), "now": timezone.now()}
    return TemplateResponse(request, "companion/layers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@coach_required
def edit(request: CoachRequest, layer: str) -> HttpResponse:
    """Change a layer's text. What cannot be kept comes back with the reason, the typed text untouched."""
    card = _card(request, layer)
    if request.method != "POST":
        return _form(request, card, text=card.row.text)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    if len(text) > TEXT_LIMIT:
        return _form(request, card, text=text, problem=_too_long(text), status=422)
    try:
        version = _write(request, layer, text)
    except OverBudgetError as error:
        return _form(request, card, text=text, over=error, status=422)
    except StaleLayerError:
        return _form(request, _card(request, layer), text=text, is_stale=True, status=409)
    return _saved(request, version, f"“{card.title}” is saved.")


def _write(request: CoachRequest, layer: str, text: str) -> PersonalityVersion:
    with transaction.atomic():
        return personality.write_layer(
            layer=layer,
            text=text,
            source=PersonalityVersion.Source.COACH,
            by=request.user,
            base_version=whole_number(request.POST.get("base_version", "")),
        )


@require_safe
@never_cache
@coach_required
def history(request: CoachRequest, layer: str) -> HttpResponse:
    """Show what a layer has held, with what one version changed."""
    card = _card(request, layer)
    version = whole_number(request.GET.get("version", ""))
    found = reading.history(card.row, version=version)
    if version is not None and found.shown is None:
        raise Http404
    context = {"card": card, "history": found, "now": timezone.now()}
    return TemplateResponse(request, "companion/layer_history.html", context)


@require_POST
@coach_required
def restore(request: CoachRequest, version_id: UUID) -> HttpResponse:
    """Put an earlier text back into force, as a new version."""
    version = _version(version_id)
    try:
        with transaction.atomic():
            restored = personality.restore_version(version=version, by=request.user)
    except OverBudgetError as error:
        messages.error(request, f"Nothing was restored. {reading.over_words(error)}")
        return redirect("layer-history", version.personality.layer)
    title = version.personality.get_layer_display()
    return _saved(request, restored, f"“{title}” reads again as in version {version.version}.")


@require_POST
@coach_required
def undo(request: CoachRequest, version_id: UUID) -> HttpResponse:
    """Take a change back, unless something newer stands on it; a notice that offered this is put away."""
    version = _version(version_id)
    level, words = _taken_back(request, version)
    for notice in notifications.withdraw_undo(version_id=version.pk, now=timezone.now()):
        tell_notice(request, notice)
    if request.htmx:
        tell_notice(request, notifications.notify(text=words))
        return head_response(request)
    messages.add_message(request, level, words)
    return redirect("layer-history", version.personality.layer)


def _taken_back(request: CoachRequest, version: PersonalityVersion) -> tuple[int, str]:
    try:
        with transaction.atomic():
            personality.undo_version(version=version, by=request.user)
    except StaleLayerError:
        return messages.WARNING, "This was changed again since, so nothing was taken back."
    except OverBudgetError as error:
        return messages.ERROR, f"Nothing was taken back. {reading.over_words(error)}"
    tell_panels(request)
    return messages.SUCCESS, f"Taken back: “{version.personality.get_layer_display()}” reads as before."


def _saved(request: CoachRequest, version: PersonalityVersion, words: str) -> HttpResponse:
    """Say what happened, with an undo; a layer written by hand may be the last that was missing."""
    if bootstrapping.complete_if_ready(by=request.user, now=timezone.now()):
        words += " Your companion now knows enough to help: everything is unlocked."
    messages.success(request, words, extra_tags=reverse("layer-undo", args=[version.pk]))
    tell_panels(request)
    return redirect(f"{reverse('layers')}#{version.personality.layer}")


def _card(request: CoachRequest, layer: str) -> LayerCard:
    provisioning.provision(coach=request.coach)
    try:
        return reading.card(layer)
    except CompanionPersonality.DoesNotExist as error:
        raise Http404 from error


def _version(version_id: UUID) -> PersonalityVersion:
    found: PersonalityVersion = get_object_or_404(
        PersonalityVersion.objects.select_related("personality"), pk=version_id
    )
    return found


def _form(
    request: CoachRequest,
    card: LayerCard,
    *,
    text: str,
    over: OverBudgetError | None = None,
    is_stale: bool = False,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "card": card,
        "text": text,
        "budget": Budget(used=over.tokens, cap=over.cap) if over else card.budget,
        "total": Budget(used=over.total, cap=over.total_cap) if over else reading.total(reading.cards()),
        "problem": f"{reading.over_words(over)} Nothing was saved." if over else problem,
        "is_stale": is_stale,
        "changes": words(card.row.text, text) if is_stale else (),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "companion/layer_edit.html", context, status=status)


def _too_long(text: str) -> str:
    return f"This text has {len(text):,} characters, more than any layer can hold. Nothing was saved."
