"""What a client agreed to: read, written down, taken back, and what follows from that."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coaching import withdrawals
from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import consents
from coaching.consents import Purpose
from coaching.forms.consents import StatementForm
from coaching.models import Client, Consent
from coaching.models.consents import standings_of
from coaching.views.consent_parts import asks_of
from coaching.views.ways import way_back


@require_GET
@coach_required
def consent_list(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Show everything that a client was asked, and every answer."""
    return _page(request, get_object_or_404(Client.objects, pk=client_id))


@require_POST
@coach_required
def consent_give(request: CoachRequest, client_id: UUID, purpose: str) -> HttpResponse:
    """Write down that a client agreed."""
    return _record(request, get_object_or_404(Client.objects, pk=client_id), _purpose(purpose), given=True)


@require_POST
@coach_required
def consent_withdraw(request: CoachRequest, client_id: UUID, purpose: str) -> HttpResponse:
    """Write down that a client does not agree, or no longer; ask about what was made before."""
    client, asked = get_object_or_404(Client.objects, pk=client_id), _purpose(purpose)
    answer = _record(request, client, asked, given=False)
    if answer.status_code == 302 and withdrawals.derived_from(asked, client=client):
        return redirect("consent-derived", client.pk, asked.value)
    return answer


@require_http_methods(["GET", "POST"])
@coach_required
def consent_derived(request: CoachRequest, client_id: UUID, purpose: str) -> HttpResponse:
    """Ask whether to delete what was made under a consent that no longer stands, and do it."""
    client, asked = get_object_or_404(Client.objects, pk=client_id), _purpose(purpose)
    standing = standings_of(client)[asked]
    if standing.given:
        return _page(request, client, problem=f"{client.short_name} agrees, so there is nothing to clear.")
    if request.method == "GET":
        found = withdrawals.derived_from(asked, client=client)
        context = {"client": client, "standing": standing, "derived": found, "now": timezone.now()}
        return TemplateResponse(request, "coaching/consent_derived.html", context)
    consents.delete_derived(client=client, purpose=asked, by=request.user, now=timezone.now())
    messages.success(request, "Deleted. What you wrote yourself is untouched.")
    return redirect("consent-list", client.pk)


def _purpose(name: str) -> Purpose:
    try:
        return Purpose(name)
    except ValueError:
        raise Http404 from None


def _record(request: CoachRequest, client: Client, purpose: Purpose, *, given: bool) -> HttpResponse:
    standing = standings_of(client)[purpose]
    form = StatementForm(request.POST, wording=standing.wording)
    if not form.is_valid():
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _page(request, client, problem=f"{problem} Nothing was written down.", status=422)
    method = form.cleaned_data["method"]
    consents.record(
        client=client, purpose=purpose, given=given, method=method, by=request.user, now=timezone.now()
    )
    said = "agrees" if given else "does not agree"
    messages.success(request, f"{standing.wording.title}: {client.short_name} {said}. It holds from now on.")
    return redirect(way_back(request) or reverse("consent-list", args=[client.pk]))


def _page(request: CoachRequest, client: Client, *, problem: str = "", status: int = 200) -> HttpResponse:
    statements = Consent.objects.filter(client=client).select_related("by").order_by("-at", "-id")
    context = {
        "client": client,
        "asks": asks_of(client, standings_of(client).values(), with_derived=True),
        "statements": statements,
        "problem": problem,
        "next": way_back(request),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "coaching/consent_list.html", context, status=status)
