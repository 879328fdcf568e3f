"""
What every test may ask for: a migrated database, people, signed-in browsers, real processes.

`db`, which most fixtures bring along: rows live in a transaction of the application role, so the tenant wall
is really up, and are rolled back. `committed`: rows are stored, so other processes and the alias `system` see
them, and every table is emptied afterwards. The people below work with both.
"""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client as Browser
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from coaching.models import CoachingProfile, User
from journeyloop.tenancy import tenant
from tests import factories
from tests.counting import uncounted
from tests.database import empty_tables, make_database
from tests.factories import NOON

__all__ = ["NOON", "confirmed", "empty_tables", "signed_in"]

pytest_plugins = ["tests.processes", "tests.browser.fixtures"]

# A busy machine is no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

PBKDF2PasswordHasher.iterations = 1
"""A stored password says how often it was hashed, so that a real server can check these too."""


def pytest_collection_finish() -> None:
    """Let nobody ask a model; tests that talk to the loopback server switch it on for themselves."""
    # Not on top, because what deals the tests out to processes should not wait for this library.
    from pydantic_ai import models

    models.ALLOW_MODEL_REQUESTS = False


@pytest.fixture(scope="session")
def django_db_setup(pytestconfig: pytest.Config, django_db_blocker: DjangoDbBlocker) -> None:
    """Migrate the throw-away database, or copy the one that another test process migrated."""
    with django_db_blocker.unblock(), uncounted(pytestconfig):
        make_database()


@pytest.fixture
def committed(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Rows that other processes see; every table is emptied afterwards."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("rows are either committed or rolled back: ask for `committed` or for `db`")
    with django_db_blocker.unblock():
        yield
        empty_tables()


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> None:
    """Rows of either kind: committed where the test asks for `committed`, otherwise rolled back."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test reach the world. What C libraries open by themselves (libpq) is not seen here."""

    def guarded(connect: Any) -> Any:
        def to(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
                pytest.fail(f"a test tried to reach {address}")
            return connect(self, address)

        return to

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


@pytest.fixture
def coach(rows: None) -> User:
    """Alice, whose practice it is."""
    return factories.make_coach("alice@example.com", name="Alice Moreau").user


@pytest.fixture
def stranger(rows: None) -> User:
    """Bob, a coach who must see nothing of Alice's."""
    return factories.make_coach("bob@example.com", name="Bob Tran").user


@pytest.fixture
def client_user(rows: None) -> User:
    """Somebody with a sign-in and no practice."""
    return User.objects.create_user("carla@example.com", "carla-password", name="Carla Ruiz")


@pytest.fixture
def operator(rows: None) -> User:
    """Who runs the site."""
    return User.objects.create_user("dana@example.com", "dana-password", name="Dana Okoro", is_staff=True)


@pytest.fixture
def in_tenant(coach: User) -> Iterator[CoachingProfile]:
    """Alice's practice, its door open for the length of the test."""
    with tenant(coach.coaching_profile.pk):
        yield coach.coaching_profile


@pytest.fixture
def as_coach(coach: User) -> Browser:
    """Alice's browser."""
    return signed_in(coach)


@pytest.fixture
def as_stranger(stranger: User) -> Browser:
    """Bob's browser."""
    return signed_in(stranger)


@pytest.fixture
def as_client(client_user: User) -> Browser:
    """The browser of somebody who is no coach."""
    return signed_in(client_user)


@pytest.fixture
def as_operator(operator: User) -> Browser:
    """The operator's browser."""
    return signed_in(operator)


@pytest.fixture
def as_visitor(rows: None) -> Browser:
    """Nobody's browser."""
    return Browser()


def signed_in(user: User) -> Browser:
    """Open a browser in which somebody is signed in."""
    browser = Browser()
    browser.force_login(user)
    return browser


def confirmed(browser: Browser) -> Browser:
    """Let somebody who is signed in have said a moment ago who they are."""
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return browser
