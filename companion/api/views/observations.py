"""What the coach let stand about one client, across sessions."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.models import Client
from companion.models import Claim

KINDS = (Claim.Kind.OBSERVATION, Claim.Kind.GOAL)
MOST = 200


@require_safe
@never_cache
@coach_required
def observations(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Show observations by session, and the patterns and guesses that reach over several."""
    client = get_object_or_404(Client.objects, pk=client_id)
    now = timezone.now()
    standing = Claim.objects.of_client(client).standing().with_evidence()
    waiting = Claim.objects.of_client(client).open()
    context = {
        "client": client,
        "observed": standing.of_kind(*KINDS)[:MOST],
        "loops": standing.of_kind(Claim.Kind.LOOP)[:MOST],
        "guesses": standing.of_kind(Claim.Kind.HYPOTHESIS).current(now=now)[:MOST],
        "waiting": waiting.count(),
        "waits_in": waiting.order_by("-session__starts_at").values_list("session", flat=True).first(),
        "now": now,
    }
    return TemplateResponse(request, "companion/observations.html", context)
