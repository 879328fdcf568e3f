"""Consent as other pages show it: a card, a button that knows its status, a refusal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from coaching import withdrawals
from coaching.accounts.http import CoachRequest
from coaching.actions import consents
from coaching.actions.consents import NoConsentError
from coaching.consents import Purpose
from coaching.forms.consents import StatementForm
from coaching.models import Client, Consent, Standing
from coaching.withdrawals import Derived


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One purpose on a page: how it stands, the form to say so, and what is kept from before."""

    standing: Standing
    form: StatementForm
    kept: Sequence[Derived] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What `coaching/parts/consent_button.html` shows: whether a button may be pressed, else why not."""

    client: Client
    standing: Standing
    ask_url: str
    """Where the consent can be written down; leads back here."""

    @property
    def reason(self) -> str:
        """Why the button is off, in words."""
        return consents.words_without(self.client, self.standing)


def asks_of(client: Client, standings: Iterable[Standing], *, with_derived: bool = False) -> list[Ask]:
    """List every purpose as the client's pages show it."""
    return [_ask(client, standing, with_derived) for standing in standings]


def gate(request: CoachRequest, client: Client, purpose: Purpose, *, back: str = "") -> Gate:
    """Prepare a button that needs consent; `back` is its page, when that is not the one that is asked for."""
    query = urlencode({"next": back or request.get_full_path()})
    ask_url = f"{reverse('consent-list', args=[client.pk])}?{query}#consent-{purpose}"
    return Gate(client=client, standing=client.standings[purpose], ask_url=ask_url)


def refuse(request: CoachRequest, client: Client, refusal: NoConsentError) -> HttpResponse:
    """Say why something was not done for want of consent, and where to write it down: 403."""
    ask_url = f"{reverse('consent-list', args=[client.pk])}#consent-{refusal.purpose}"
    context = {"client": client, "problem": str(refusal), "ask_url": ask_url}
    return TemplateResponse(request, "coaching/consent_refused.html", context, status=403)


def _ask(client: Client, standing: Standing, with_derived: bool) -> Ask:
    wording, refused = standing.wording, standing.last is not None and not standing.given
    initial = {"version": wording.version, "method": Consent.Method.SAID}
    form = StatementForm(initial=initial, wording=wording, auto_id=f"id_{standing.purpose}_%s")
    if not (with_derived and refused):
        return Ask(standing=standing, form=form)
    return Ask(standing=standing, form=form, kept=withdrawals.derived_from(standing.purpose, client=client))
