"""When a sign-in was last used, for the list of sessions."""

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

SECONDS = 300
"""A session's row is written at most this often: five statements a request are dear."""


class SessionActivity(UserSessionsMiddleware):  # type: ignore[misc]  # allauth ships no types
    """allauth's tracking, not on every request."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Track a session that was not seen lately, and pass every request on."""
        key = request.session.session_key
        is_due = key is not None and caches["sessions-seen"].add(key, value=True, timeout=SECONDS)
        response: HttpResponse = super().__call__(request) if is_due else self.get_response(request)
        return response
