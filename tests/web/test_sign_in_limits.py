"""Failed sign-ins are counted, and nothing that a visitor does makes us forget the count."""

import secrets

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from coaching.models import User

pytestmark = pytest.mark.django_db

FAILURES = 6
"""One more than the limit for one address."""
FLOOD = 400
"""More than a cache of Django's own size holds."""


@pytest.fixture(autouse=True)
def _fresh_count() -> None:
    cache.clear()


def is_turned_away(browser: Browser, email: str) -> bool:
    answer = browser.post(reverse("account_login"), {"login": email, "password": "not-it"})
    return "several times in a row" in answer.content.decode()


def test_made_up_sessions_do_not_push_the_count_out(coach: User, as_visitor: Browser) -> None:
    for _ in range(FAILURES):
        is_turned_away(as_visitor, coach.email)
    assert is_turned_away(as_visitor, coach.email)

    for _ in range(FLOOD):
        flood = Browser()
        flood.cookies[settings.SESSION_COOKIE_NAME] = secrets.token_hex(16)
        flood.get("/healthz")

    assert is_turned_away(Browser(), coach.email)
