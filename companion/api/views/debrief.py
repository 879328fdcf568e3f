"""The debrief of a session: claims beside the words, each let stand, reworded or put aside."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.consents import Purpose
from coaching.models import CoachingSession
from companion.actions import debrief
from companion.actions.intelligence import ClaimGoneError
from companion.api.debrief import Card, card_of, lines_around, progress_of, review_of
from companion.models import Claim, Evidence, SessionRecap

LONGEST = 600
"""Characters of a claim."""


@require_safe
@never_cache
@coach_required
def review(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Show what a session was about, beside the words that say so."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    context = {
        "review": review_of(session, chosen=request.GET.get("quote", "")),
        "session": session,
        "client": session.client,
        "standing": session.client.standings[Purpose.AI_PROCESSING],
        "has_recap": SessionRecap.objects.filter(session=session).exists(),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "companion/debrief.html", context)


@require_safe
@never_cache
@coach_required
def quote(request: CoachRequest, evidence_id: UUID) -> HttpResponse:
    """Show the words around one quotation; without script, the whole page with them."""
    spans = Evidence.objects.select_related("claim__session__client", "utterance")
    span: Evidence = get_object_or_404(spans, pk=evidence_id)
    session = span.claim.session
    if not request.htmx:
        return redirect(f"{reverse('debrief', args=[session.pk])}?quote={span.pk}#words")
    context = {"lines": lines_around(span, session.client), "session": session}
    return TemplateResponse(request, "companion/partials/debrief/words.html", context)


@require_POST
@coach_required
def accept(request: CoachRequest, claim_id: UUID) -> HttpResponse:
    """Let a claim stand as it is."""
    return _decide(request, claim_id, "Accepted.", debrief.accept)


@require_POST
@coach_required
def reject(request: CoachRequest, claim_id: UUID) -> HttpResponse:
    """Put a claim aside."""
    return _decide(request, claim_id, "Put aside.", debrief.reject)


@require_POST
@coach_required
def reopen(request: CoachRequest, claim_id: UUID) -> HttpResponse:
    """Take a decision back."""
    return _decide(request, claim_id, "Taken back.", debrief.reopen)


@require_POST
@coach_required
def edit(request: CoachRequest, claim_id: UUID) -> HttpResponse:
    """Let a claim stand in the coach's words; what cannot be kept comes back as it was typed."""
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\0", "")
    if problem := _fault(text):
        return _show(request, card_of(_claim(claim_id), problem=problem, typed=text), status=422)

    def kept(**how: object) -> Claim:
        return debrief.edit(text=text, **how)  # type: ignore[arg-type]

    return _decide(request, claim_id, "Kept in your words.", kept)


def _decide(request: CoachRequest, claim_id: UUID, said: str, deed: Callable[..., Claim]) -> HttpResponse:
    claim = _claim(claim_id)
    try:
        deed(claim=claim, by=request.user, now=timezone.now())
    except ClaimGoneError:
        problem = "A newer analysis has taken this one's place. Reload the page to see it."
        return _show(request, card_of(claim, problem=problem), status=422)
    return _show(request, card_of(_claim(claim_id), said=said))


def _claim(claim_id: UUID) -> Claim:
    found: Claim = get_object_or_404(Claim.objects.with_evidence(), pk=claim_id)
    return found


def _fault(text: str) -> str:
    if not text.strip():
        return "There is nothing to keep. Write something, or put it aside."
    if len(text.strip()) > LONGEST:
        return f"This has {len(text.strip()):,} characters; {LONGEST} is the most."
    return ""


def _show(request: CoachRequest, card: Card, *, status: int = 200) -> HttpResponse:
    session = card.claim.session
    if not request.htmx and status == 200:
        return redirect(f"{reverse('debrief', args=[session.pk])}#claim-{card.claim.pk}")
    context = {"card": card, "session": session, "client": session.client, "progress": progress_of(session)}
    template = "companion/partials/debrief/decided.html" if request.htmx else "companion/claim_page.html"
    return TemplateResponse(request, template, context, status=status)
