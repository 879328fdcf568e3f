"""What every test may ask for: a migrated database, people, signed-in browsers, real processes."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client as Browser
from pydantic_ai import models as model_library
from pytest_django.plugin import DjangoDbBlocker

from coaching.models import CoachingProfile, User
from journeyloop.tenancy import tenant
from tests import factories

model_library.ALLOW_MODEL_REQUESTS = False
"""Tests that talk to the loopback server say so by switching it on for themselves."""

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""A Tuesday."""

KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> None:
    """Migrate the throw-away database as its owner, exactly as a release does."""
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        call_command("load_skills", verbosity=0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows that other processes see; every table is emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        empty_tables()


def empty_tables() -> None:
    """Empty everything but the shared skills' source, which is loaded again."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name not in KEPT_TABLES]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    call_command("load_skills", verbosity=0)
    connections.close_all()


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test reach the world."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            pytest.fail(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def coach(db: None) -> User:
    """Alice, whose practice it is."""
    return factories.make_coach("alice@example.com", name="Alice Moreau").user


@pytest.fixture
def stranger(db: None) -> User:
    """Bob, a coach who must see nothing of Alice's."""
    return factories.make_coach("bob@example.com", name="Bob Tran").user


@pytest.fixture
def client_user(db: None) -> User:
    """Somebody with a sign-in and no practice."""
    return User.objects.create_user("carla@example.com", "carla-password", name="Carla Ruiz")


@pytest.fixture
def operator(db: None) -> User:
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
def as_visitor(db: None) -> Browser:
    """Nobody's browser."""
    return Browser()


def signed_in(user: User) -> Browser:
    """Open a browser in which somebody is signed in."""
    browser = Browser()
    browser.force_login(user)
    return browser
