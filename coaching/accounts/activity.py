"""How long a sign-in lasts, and when it was last used."""

import time

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

SECONDS = 300
"""A session's rows are written at most this often: five statements a request are dear."""
SIGNED_IN_AT = "signed_in_at"


class SessionActivity(UserSessionsMiddleware):  # type: ignore[misc]  # allauth ships no types
    """allauth's tracking, not on every request; and the end of a sign-in that is too old."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Track a session that was not seen lately, and pass every request on."""
        key = request.session.session_key
        if key is None:
            return self._pass_on(request)
        _end_if_too_old(request)
        if not caches["process"].add(f"seen:{key}", value=True, timeout=SECONDS):
            return self._pass_on(request)
        if SESSION_KEY in request.session:
            request.session.modified = True  # saved anew, it runs out later
        response: HttpResponse = super().__call__(request)
        return response

    def _pass_on(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response


def _end_if_too_old(request: HttpRequest) -> None:
    if SESSION_KEY not in request.session:
        return
    now = time.time()
    if now - request.session.setdefault(SIGNED_IN_AT, now) > settings.SESSION_LONGEST_AGE:
        logout(request)
