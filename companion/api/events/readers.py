"""
Whose stream a connection may read: decided by its session or its API token, and by nothing else.

Plain database reads, run in a thread; the caller gives the connections back.
"""

from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http.cookie import parse_cookie
from django.utils.crypto import constant_time_compare

from coaching.accounts import second_step
from coaching.accounts.tokens import coach_for_token, prefix_of
from coaching.models import ApiKey, CoachingProfile, User


class RefusedError(Exception):
    """This connection gets no stream."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Reader:
    """A coach at one end of a stream, with what must stay true while it is open."""

    coach_id: UUID
    session_key: str = ""
    password_mark: str = ""
    """Django's session hash: changes with the password."""
    token_prefix: str = ""


def reader_of(*, cookies: str, authorization: str, now: datetime) -> Reader:
    """Find the active coach behind a session cookie or a bearer token. Raises RefusedError."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return _by_token(token.strip(), now=now)
    return _by_session(_session_key(cookies))


def _session_key(cookies: str) -> str:
    try:
        return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
    except CookieError:
        return ""


def _by_session(session_key: str) -> Reader:
    user, mark = _signed_in(session_key)
    coach = _active_coaches().filter(user=user).first()
    if coach is None:
        raise RefusedError(403, "not_a_coach", "Only an active coach has an event stream.")
    if second_step.is_missing(user):
        raise RefusedError(403, "second_step_missing", "Set up a second step first.")
    return Reader(coach.pk, session_key=session_key, password_mark=mark)


def _signed_in(session_key: str) -> tuple[User, str]:
    data: dict[str, Any] = SessionStore(session_key).load() if session_key else {}
    known_backend = data.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
    user = User.objects.filter(pk=data[SESSION_KEY], is_active=True).first() if known_backend else None
    if user is None or not _marks_match(user, data.get(HASH_SESSION_KEY, "")):
        raise RefusedError(401, "not_signed_in", "Sign in to open the event stream.")
    return user, user.get_session_auth_hash()


def _marks_match(user: User, mark: str) -> bool:
    # Not django.contrib.auth.get_user: it may change the session's key, and a stream sets no cookie.
    valid = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(mark, each) for each in valid)


def _by_token(token: str, *, now: datetime) -> Reader:
    coach = coach_for_token(token, now=now)
    if coach is None:
        raise RefusedError(401, "bad_token", "This API token is not valid.")
    return Reader(coach.pk, token_prefix=prefix_of(token))


def _active_coaches() -> QuerySet[CoachingProfile]:
    return CoachingProfile.objects.filter(status=CoachingProfile.Status.ACTIVE, user__is_active=True)


def still_welcome(readers: set[Reader], *, now: datetime) -> set[Reader]:
    """Say which of these may read on: signed in, password unchanged, token valid, coach active."""
    coach_ids = {reader.coach_id for reader in readers}
    coaches = _active_coaches().filter(pk__in=coach_ids).select_related("user")
    marks = {coach.pk: coach.user.get_session_auth_hash() for coach in coaches}
    keys = _valid_session_keys(readers, now=now)
    prefixes = _valid_prefixes(readers)
    return {
        reader
        for reader in readers
        if reader.coach_id in marks
        and (
            reader.token_prefix in prefixes
            or (reader.session_key in keys and reader.password_mark == marks[reader.coach_id])
        )
    }


def _valid_session_keys(readers: set[Reader], *, now: datetime) -> set[str]:
    keys = {reader.session_key for reader in readers if reader.session_key}
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    return set(sessions.values_list("session_key", flat=True))


def _valid_prefixes(readers: set[Reader]) -> set[str]:
    prefixes = {reader.token_prefix for reader in readers if reader.token_prefix}
    keys = ApiKey.objects.filter(prefix__in=prefixes, revoked_at=None)
    return set(keys.values_list("prefix", flat=True)) if prefixes else set()
