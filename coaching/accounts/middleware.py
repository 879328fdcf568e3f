"""Which practice a request works in, and the door around its view."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from coaching.accounts.tokens import coach_for_token
from coaching.models import CoachingProfile, User
from journeyloop.tenancy import tenant

GetResponse = Callable[[HttpRequest], HttpResponse]

API = "/api/"
"""The only addresses that take bearer tokens."""


class TokenRefusedError(Exception):
    """The request carries a token that is wrong, revoked, or of somebody who may not sign in."""


class CoachOfRequest:
    """
    Set `request.coach`, and run the view inside that coach's tenant and in that person's time zone.

    A view that raises, or answers 5xx, leaves nothing behind.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the tenant around everything further in."""
        try:
            coach = coach_of(request)
        except TokenRefusedError:
            return _refusal()
        request.coach = coach  # type: ignore[attr-defined] # declared by accounts.http.CoachRequest
        if not isinstance(request.user, User):
            return self.get_response(request)
        with timezone.override(request.user.zone):
            response = self._in_tenant(request, coach)
        add_never_cache_headers(response)  # a shared machine must not show it after signing out
        return response

    def _in_tenant(self, request: HttpRequest, coach: CoachingProfile | None) -> HttpResponse:
        if coach is None:
            return self.get_response(request)
        with tenant(coach.pk):
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "view_raised", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember that the view failed; other middleware may still read rows to answer for it."""
        request.view_raised = True  # type: ignore[attr-defined] # read by `_in_tenant` alone


def coach_of(request: HttpRequest) -> CoachingProfile | None:
    """
    Find the active coach who sent this: by token under /api/, otherwise by sign-in.

    Raises TokenRefusedError for a token that is not good.
    """
    raw = bearer_token(request)
    if raw is not None:
        return _coach_by_token(request, raw)
    if not request.user.is_authenticated:
        return None
    # The sign-in's back end has fetched it with the user; who has none raises an AttributeError.
    coach: CoachingProfile | None = getattr(request.user, "coaching_profile", None)
    return coach if coach and coach.status == CoachingProfile.Status.ACTIVE else None


def bearer_token(request: HttpRequest) -> str | None:
    """Read the token that this request is to be judged by, good or not; None when its sign-in counts."""
    if not request.path.startswith(API):
        return None
    scheme, _, raw = request.headers.get("authorization", "").partition(" ")
    return raw.strip() if scheme.lower() == "bearer" else None


def _coach_by_token(request: HttpRequest, raw: str) -> CoachingProfile:
    coach = coach_for_token(raw, now=timezone.now())
    if coach is None:
        raise TokenRefusedError
    request.user = coach.user
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        # No other site can make a browser send this header, so there is nothing to forge. A request that also
        # carries a session keeps the check. CsrfViewMiddleware reads this flag (Django's test client sets it
        # too) in process_view, which runs after every middleware's __call__.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined] # see above
    return coach


def _refusal() -> JsonResponse:
    words = "This token is not valid. It may have been revoked; make a new one in the settings."
    error = {"code": "invalid_token", "message": words, "details": {}}
    return JsonResponse({"error": error}, status=401, headers={"WWW-Authenticate": "Bearer"})
