"""Changing the encryption keys may be cut off anywhere: nothing is lost, and a second run ends it."""

import pytest
from allauth.mfa.models import Authenticator

from coaching.accounts.second_step import place_of
from coaching.models import User
from journeyloop import crypto
from tests.fakes import authenticator_app as app
from tests.fakes.nursery import Nursery
from tests.fakes.waiting import until

pytestmark = pytest.mark.chaos

PEOPLE = 40
OLD, NEW = "the-old-key-0123456789-abcdefghijklmnop", "the-new-key-0123456789-abcdefghijklmnop"


def test_a_killed_rotation_loses_nothing(nursery: Nursery, settings: object) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]  # type: ignore[attr-defined]
    secrets = {}
    for number in range(PEOPLE):
        user = User.objects.create_user(f"{number}@example.com")
        secrets[user], _ = app.give(user)
    both = {"FIELD_ENCRYPTION_KEYS": f"{NEW},{OLD}", "PYTHONUNBUFFERED": "1"}

    first = nursery.bear("first", "manage.py", "rotate_keys", "--batch", "1", **both)
    until(lambda: ": 5 under" in first.log, what="the fifth batch")
    first.kill()

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]  # type: ignore[attr-defined]
    moved = [crypto.is_newest(row.data["secret"]) for row in Authenticator.objects.filter(type="totp")]
    assert {True, False} == set(moved)
    assert _opened(secrets)

    second = nursery.bear("second", "manage.py", "rotate_keys", "--batch", "7", **both)
    assert second.wait(60) == 0, second.log

    settings.FIELD_ENCRYPTION_KEYS = [NEW]  # type: ignore[attr-defined]
    assert _opened(secrets)


def _opened(secrets: dict[User, str]) -> bool:
    """Say whether everybody's secret is still the same."""
    rows = Authenticator.objects.filter(type="totp").select_related("user")
    found = {row.user: crypto.unseal(row.data["secret"], place=place_of(row.user)).reveal() for row in rows}
    return found == secrets
