"""A coach with one signed-in browser, whose rows are committed so that another process sees them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from coaching.models import CoachingProfile, User
from companion.api import events
from journeyloop.tenancy import tenant
from tests.fakes.event_reader import EventReader, Heard
from tests.processes import Process


@dataclass(eq=False)
class StreamingCoach:
    """A coach with one signed-in browser."""

    profile: CoachingProfile
    session: SessionStore
    readers: list[EventReader] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.profile.pk

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session.session_key}"}

    def open(self, server: Process, *, after: int | str | None = None, query: str = "") -> EventReader:
        header = {} if after is None else {"Last-Event-ID": str(after)}
        reader = EventReader(server.port, {**self.cookie, **header}, query=query)
        self.readers.append(reader)
        return reader

    def record(self, *numbers: int) -> None:
        for number in numbers:
            with tenant(self.id):
                events.record(coach_id=self.id, event="main-update", data={"n": number})


def sign_in(user: User) -> SessionStore:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session


def numbers(heard: list[Heard]) -> list[int]:
    return [event.json["n"] for event in heard]


MakeCoach = Callable[[], StreamingCoach]
