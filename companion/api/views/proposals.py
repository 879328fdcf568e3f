"""What the companion suggests: read, confirmed with the coach's edits, or set aside."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from companion.actions import personality, proposals
from companion.actions.proposals import AlreadyDecidedError, StaleProposalError
from companion.actions.skills import UnfitSkillError
from companion.actions.suggested_facts import UnfitFactError
from companion.actions.told import PANEL_EVENTS
from companion.api.layers import over_words
from companion.api.proposals import Card, card_of
from companion.api.views.fragments import tell_turn
from companion.api.views.inputs import TEXT_LIMIT, whole_number
from companion.api.views.panels import tell_panels
from companion.engine.diffs import words
from companion.engine.tokens import OverBudgetError
from companion.models import Proposal


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@coach_required
def proposal(request: CoachRequest, proposal_id: UUID) -> HttpResponse:
    """Show one proposal on a page of its own, or its card alone."""
    return _show(request, card_of(_proposal(proposal_id), place=_place(request)))


@require_safe
@never_cache
@coach_required
def changes(request: CoachRequest, proposal_id: UUID) -> HttpResponse:
    """Show what a proposed text would change in the layer as it is now."""
    found = _proposal(proposal_id)
    row = personality.layer_named(found.layer) if found.layer else None
    context = {"changes": words(row.text if row else "", found.text)}
    return TemplateResponse(request, "companion/partials/changes.html", context)


@require_POST
@coach_required
def confirm(request: CoachRequest, proposal_id: UUID) -> HttpResponse:
    """Do what was proposed with the coach's edits; what cannot be done comes back with the reason."""
    found = _proposal(proposal_id)
    text = request.POST.get("text", found.text).replace("\r\n", "\n").replace("\0", "")
    if fault := _fault(found, text):
        return _show(request, _typed(request, found, text, problem=fault), status=422)
    try:
        with transaction.atomic():
            decided = proposals.confirm(
                proposal=found, text=text, by=request.user, now=timezone.now(), over_version=_over(request)
            )
    except AlreadyDecidedError:
        return _show(request, card_of(_proposal(proposal_id), place=_place(request)))
    except StaleProposalError:
        return _show(request, _conflict(request, found, text), status=422)
    except OverBudgetError as error:
        return _show(request, _typed(request, found, text, problem=over_words(error), over=error), status=422)
    except (UnfitSkillError, UnfitFactError) as error:
        return _show(request, _typed(request, found, text, problem=str(error)), status=422)
    return _decided(request, decided)


@require_POST
@coach_required
def dismiss(request: CoachRequest, proposal_id: UUID) -> HttpResponse:
    """Set a proposal aside. One that is decided already stays as it is, and is shown."""
    found = _proposal(proposal_id)
    try:
        decided = proposals.dismiss(proposal=found, by=request.user, now=timezone.now())
    except AlreadyDecidedError:
        return _show(request, card_of(_proposal(proposal_id), place=_place(request)))
    return _decided(request, decided)


def _proposal(proposal_id: UUID) -> Proposal:
    found: Proposal = get_object_or_404(Proposal.objects.select_related("client", "turn"), pk=proposal_id)
    return found


def _typed(request: CoachRequest, found: Proposal, text: str, **came_of_it: Any) -> Card:
    """Show the text as the coach typed it."""
    return replace(card_of(found, place=_place(request)), text=text, **came_of_it)


def _fault(found: Proposal, text: str) -> str:
    if found.text.strip() and not text.strip():
        return "The text is empty. Write something, or choose “Not now”."
    if len(text) > TEXT_LIMIT:
        return f"This text has {len(text):,} characters, more than fits anywhere. Nothing was saved."
    return ""


def _over(request: CoachRequest) -> int | None:
    """Read which version of the layer the coach has seen and means to replace."""
    return whole_number(request.POST.get("over_version", ""))


def _conflict(request: CoachRequest, found: Proposal, text: str) -> Card:
    row = personality.layer_named(found.layer)
    problem = f"“{row.get_layer_display()}” was changed after this was written. Nothing was saved."
    return _typed(request, found, text, problem=problem, conflict=row)


def _decided(request: CoachRequest, decided: Proposal) -> HttpResponse:
    """Show the decision, and let this page and the others see what else it has changed."""
    shown = replace(card_of(_proposal(decided.pk), place=_place(request)), is_fresh=True)
    tell_panels(request)
    if decided.turn:
        tell_turn(request, decided.turn)
    if not request.htmx:
        return redirect("proposal", decided.pk)
    response = _show(request, shown)
    # The page listens for this when no live stream tells it (static/js/companion/panels.js).
    response["HX-Trigger"] = "companion:answered"
    return response


def _show(request: CoachRequest, card: Card, *, status: int = 200) -> HttpResponse:
    context = {"proposal": card.proposal, "card_shown": card}
    template = "companion/partials/proposal.html" if request.htmx else "companion/proposal_page.html"
    return TemplateResponse(request, template, context, status=status)


def _place(request: CoachRequest) -> str:
    """Say where the card stands, which keeps ids apart where it stands on a page several times."""
    asked = request.POST.get("place", "")
    return asked if asked in PANEL_EVENTS else ""
