"""
The second step of signing in: who must have one, and how its secrets are kept.

allauth does the rest. Coaches and operators hold what other people said, so in production (MFA_REQUIRED) they
see nothing before they have set a second step up.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, cast

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from coaching.accounts.http import UserRequest
from coaching.accounts.middleware import bearer_token
from coaching.models import User
from journeyloop import crypto
from journeyloop.crypto import Place, Resealed, Secret, UnreadableError

GetResponse = Callable[[HttpRequest], HttpResponse]

STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes are no step of their own: they stand in for one of these."""
FIELD = "mfa_authenticator.data"
SEALED = ("secret", "seed")
"""What of that JSON is sealed: the app's secret, and what the recovery codes are made of."""
API = "/api/"
OPEN_WITHOUT = {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "account_reauthenticate",
    "account_logout",
    "healthz",
    "readyz",
}
"""What somebody sees who must set up a second step first."""

has_second_step = Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=STEPS))
"""Annotation for a query of users."""


def is_required_of(user: User) -> bool:
    """Say whether this person may see nothing without a second step."""
    return bool(settings.MFA_REQUIRED) and (user.is_staff or hasattr(user, "coaching_profile"))


def is_missing(user: User) -> bool:
    """Say whether they still have to set it up. Asks the database unless the sign-in's back end has."""
    if not is_required_of(user):
        return False
    known: bool | None = getattr(user, "has_second_step", None)
    return not (Authenticator.objects.filter(user=user, type__in=STEPS).exists() if known is None else known)


class SecondStep:
    """Lead whoever lacks a required second step to where it is set up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass every request on: it is the view that counts."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let nobody past who still has to set it up. A bearer token is a program's, and needs none."""
        match, user = request.resolver_match, request.user
        is_open = match is not None and match.view_name in OPEN_WITHOUT
        if is_open or not isinstance(user, User) or bearer_token(request) is not None or not is_missing(user):
            return None
        if cast("UserRequest", request).htmx:
            return HttpResponseClientRedirect(reverse("mfa_index"))
        if request.path.startswith(API):
            raise PermissionDenied
        return redirect("mfa_index")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say in words that the secrets of a second step cannot be read; all else goes on."""
        if isinstance(exception, UnreadableError):
            return render(request, "mfa/unreadable.html", status=503)
        return None


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Where allauth asks us: secrets are sealed for their owner, and the last required step stays."""

    error_messages: ClassVar[dict[str, str]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code does not fit. The app's codes change every half minute: "
        "please wait for its next one and type that.",
        "cannot_delete_authenticator": "Your account needs a second step. "
        "Please add a passkey first, then turn this off.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret of the person whom this request is about."""
        return crypto.seal(Secret(text), place=self._place())

    def decrypt(self, encrypted_text: str) -> str:
        """Open it; another person's stays shut. Raises UnreadableError."""
        return crypto.unseal(encrypted_text, place=self._place()).reveal()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last step of somebody who must have one."""
        user = authenticator.user
        others = Authenticator.objects.filter(user=user, type__in=STEPS).exclude(pk=authenticator.pk)
        return not is_required_of(user) or others.exists()

    def _place(self) -> Place:
        return place_of(_person(self.request))


def place_of(user: User) -> Place:
    """Say where a person's secrets belong; the row's own number is not known when they are sealed."""
    return Place(owner=user.pk, field=FIELD, row=user.pk)


def _person(request: HttpRequest) -> User:
    """Find who is signed in, or in the middle of it."""
    if isinstance(request.user, User):
        return request.user
    stage = request._login_stage  # type: ignore[attr-defined] # set by allauth around its second step
    return cast("User", stage.login.user)


def reseal(limit: int) -> Iterator[Resealed]:
    """Put everybody's secrets under the newest key, so many rows a transaction, and tell of each."""
    last: int | None = 0
    while last is not None:
        with transaction.atomic():
            sealed = Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN)
            rows = list(sealed.filter(pk__gt=last).order_by("pk")[:limit])
            opened = [_reseal(row) for row in rows]
        yield Resealed(done=opened.count(True), unreadable=opened.count(False))
        last = rows[-1].pk if rows else None


def _reseal(row: Authenticator) -> bool:
    """Return whether a key opens it."""
    try:
        row.data |= {name: crypto.reseal(row.data[name]) for name in SEALED if name in row.data}
    except UnreadableError:
        return False
    row.save(update_fields=["data"])
    return True
