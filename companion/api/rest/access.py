"""Who may call the API: a bearer token, or a signed-in browser, whose changes need its CSRF token."""

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from coaching.accounts.http import UserRequest
from coaching.accounts.tokens import TEST_SCOPE, prefix_of
from coaching.models import ApiKey, CoachingProfile, User
from companion.actions import provisioning
from companion.api.rest.errors import RefusedError


class BySession(APIKeyCookie):
    """The sign-in of a browser."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """Take whom the middleware has found."""
        return _signed_in(request)


class ByToken(HttpBearer):
    """A token of a coach's, made in their settings. The middleware has checked it already."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Take whom the middleware has found."""
        return _signed_in(request)


def _signed_in(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def practice_of(request: HttpRequest) -> CoachingProfile:
    """Find the coach whose practice this is about, with their companion. Raises RefusedError."""
    coach = cast(UserRequest, request).coach
    if coach is None:
        raise RefusedError("not_a_coach", "This account has no practice.")
    provisioning.provision(coach=coach)
    return coach


def may_stage_tests(request: HttpRequest) -> bool:
    """Whether the caller may set states by hand: staff, a key made for it, and anybody in development."""
    user = _signed_in(request)
    return settings.DEBUG or bool(user and user.is_staff) or _has_test_scope(request)


def _has_test_scope(request: HttpRequest) -> bool:
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    return ApiKey.objects.filter(prefix=prefix_of(raw.strip()), scopes__contains=[TEST_SCOPE]).exists()
