"""How long a sign-in lasts, what ends it, what mail may carry, and what is written down of it all."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse

from coaching.accounts import tokens
from coaching.models import AccountEvent, User
from tests.conftest import confirmed, signed_in
from tests.factories import PASSWORD
from tests.fakes import authenticator_app as app
from tests.people import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

CLIENTS = "/clients/"


@pytest.fixture
def here(coach: User) -> Browser:
    """A browser in which Alice signed in with her password."""
    browser = Browser()
    app.sign_in(browser, coach, PASSWORD)
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get(CLIENTS).status_code == 200


def key_of(browser: Browser) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


# --- How long it lasts ----------------------------------------------------------------------------------


def test_the_sessions_key_changes_at_sign_in_and_at_a_new_password(coach: User) -> None:
    browser = Browser()
    browser.get(reverse("account_reauthenticate"))
    app.sign_in(browser, coach, "not-it")
    app.sign_in(browser, coach, PASSWORD)
    first = key_of(browser)
    stolen = Browser()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = first

    new = {"oldpassword": PASSWORD, "password1": "another-horse-8", "password2": "another-horse-8"}
    browser.post(reverse("account_change_password"), new)

    assert key_of(browser) != first
    assert is_in(browser)
    assert not is_in(stolen)


def test_it_ends_after_three_days_without_a_visit(here: Browser, noon: time_machine.Traveller) -> None:
    for _ in range(3):
        noon.shift(timedelta(days=2, hours=23))
        assert is_in(here)

    noon.shift(timedelta(days=3, minutes=1))
    assert not is_in(here)


def test_it_ends_after_two_weeks_in_any_case(here: Browser, noon: time_machine.Traveller) -> None:
    assert is_in(here)
    for _ in range(14):
        noon.shift(timedelta(days=1))
        assert is_in(here)

    noon.shift(timedelta(minutes=1))
    assert not is_in(here)


def test_signing_out_makes_a_stolen_key_worthless(here: Browser) -> None:
    stolen = Browser()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key_of(here)
    assert is_in(stolen)

    here.post(reverse("account_logout"))

    assert not is_in(stolen)


def test_who_may_no_longer_sign_in_is_out_with_the_next_request(here: Browser, coach: User) -> None:
    assert is_in(here)
    User.objects.filter(pk=coach.pk).update(is_active=False)

    assert not is_in(here)


# --- Where one is signed in -----------------------------------------------------------------------------


def test_one_browser_is_signed_out_from_another(here: Browser, coach: User) -> None:
    elsewhere = Browser(headers={"user-agent": "Firefox/1"})
    app.sign_in(elsewhere, coach, PASSWORD)
    page = here.get(reverse("usersessions_list")).content.decode()
    others = re.findall(r'name="session" value="(\d+)"', page)

    here.post(reverse("settings-session-end"), {"session": others[0]})

    assert len(others) == 1
    assert is_in(here)
    assert not is_in(elsewhere)


@pytest.mark.parametrize("session", ["", "x", "99999999", "9" * 5_000])
def test_what_is_no_session_of_ones_own_is_not_found(session: str, here: Browser) -> None:
    assert here.post(reverse("settings-session-end"), {"session": session}).status_code == 404


def test_nobody_signs_a_stranger_out(here: Browser, stranger: User, as_visitor: Browser) -> None:
    app.sign_in(as_visitor, stranger, PASSWORD)
    page = as_visitor.get(reverse("usersessions_list")).content.decode()
    theirs = stranger.usersession_set.get().pk

    assert f'value="{theirs}"' not in page  # one's own is ended by signing out
    assert here.post(reverse("settings-session-end"), {"session": str(theirs)}).status_code == 404
    assert is_in(as_visitor)


def test_signing_out_everywhere_else(here: Browser, coach: User) -> None:
    others = [Browser(), Browser()]
    for other in others:
        app.sign_in(other, coach, PASSWORD)

    here.post(reverse("usersessions_list"))

    assert is_in(here)
    assert [is_in(other) for other in others] == [False, False]


# --- What asks once more who it is ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"action_add": "", "email": "new@example.com"}, {"action_remove": "", "email": "old@example.com"}],
)
def test_an_address_is_changed_only_after_saying_who_one_is(
    change: dict[str, str], as_coach: Browser, coach: User
) -> None:
    EmailAddress.objects.create(user=coach, email="old@example.com", verified=True)

    answer = as_coach.post(reverse("account_email"), change)

    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert EmailAddress.objects.filter(user=coach, email="old@example.com").exists()
    assert not EmailAddress.objects.filter(email="new@example.com").exists()


def test_somebody_with_a_second_step_can_still_change_their_address(as_coach: Browser, coach: User) -> None:
    app.give(coach)
    change = {"action_add": "", "email": "new@example.com"}

    confirmed(as_coach).post(reverse("account_email"), change)

    assert EmailAddress.objects.filter(user=coach, email="new@example.com").exists()


# --- What mail may carry --------------------------------------------------------------------------------


def test_an_emailed_code_works_once_and_for_ten_minutes(coach: User, noon: time_machine.Traveller) -> None:
    browsers = [Browser(), Browser()]
    for browser in browsers:
        browser.post(reverse("account_request_login_code"), {"email": coach.email})
    codes = [re.findall(r"^\s*([A-Z0-9-]{6,9})\s*$", each.body, re.MULTILINE)[0] for each in mail.outbox]
    url = reverse("account_confirm_login_code")

    browsers[0].post(url, {"code": codes[0]})
    assert is_in(browsers[0])
    browsers[0].post(reverse("account_logout"))
    browsers[0].post(url, {"code": codes[0]})
    assert not is_in(browsers[0])

    noon.shift(timedelta(minutes=10, seconds=1))
    browsers[1].post(url, {"code": codes[1]})
    assert not is_in(browsers[1])


def test_a_code_is_bound_to_the_browser_that_asked(coach: User, as_visitor: Browser) -> None:
    Browser().post(reverse("account_request_login_code"), {"email": coach.email})
    code = re.findall(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[0].body, re.MULTILINE)[0]

    as_visitor.post(reverse("account_confirm_login_code"), {"code": code})

    assert not is_in(as_visitor)


def test_a_scanner_that_opens_a_links_address_uses_nothing_up(coach: User, as_visitor: Browser) -> None:
    as_visitor.post(reverse("account_reset_password"), {"email": coach.email})
    link = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)[0]
    for _ in range(3):
        Browser().get(link, follow=True)
    form = as_visitor.get(link, follow=True)
    new = {"password1": "another-horse-8", "password2": "another-horse-8"}

    as_visitor.post(form.request["PATH_INFO"], new)

    coach.refresh_from_db()
    assert coach.check_password("another-horse-8")
    assert "This link has been used" in Browser().get(link, follow=True).content.decode()


def test_a_reset_link_works_for_an_hour(
    coach: User, as_visitor: Browser, noon: time_machine.Traveller
) -> None:
    as_visitor.post(reverse("account_reset_password"), {"email": coach.email})
    link = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)[0]
    noon.shift(timedelta(hours=1, seconds=1))

    assert "This link has been used" in as_visitor.get(link, follow=True).content.decode()


def test_opening_a_confirmation_confirms_nothing(coach: User, as_visitor: Browser) -> None:
    change = {"action_add": "", "email": "new@example.com"}
    confirmed(signed_in(coach)).post(reverse("account_email"), change)
    address = EmailAddress.objects.get(email="new@example.com")
    link = re.findall(r"http://\S+?(/accounts/confirm-email/\S+)", mail.outbox[0].body)[0]

    as_visitor.get(link)
    address.refresh_from_db()
    assert not address.verified

    as_visitor.post(link)
    address.refresh_from_db()
    assert address.verified


# --- What is written down -------------------------------------------------------------------------------


def events(user: User) -> list[tuple[str, str]]:
    found = AccountEvent.objects.filter(user_id=user.pk).order_by("at", "pk")
    return [(event.deed, event.detail) for event in found]


def test_signing_in_and_out_is_written_down(coach: User, as_visitor: Browser) -> None:
    app.sign_in(as_visitor, coach, "not-it")
    app.sign_in(as_visitor, coach, PASSWORD)
    as_visitor.post(reverse("account_logout"))

    assert events(coach) == [
        ("sign_in.failed", "password"),
        ("sign_in.done", "password"),
        ("sign_out.done", ""),
    ]


def test_a_try_for_nobodys_address_is_not(as_visitor: Browser) -> None:
    as_visitor.post(reverse("account_login"), {"login": "nobody@example.com", "password": "not-it"})

    assert not AccountEvent.objects.exists()


def test_keys_and_the_second_step_are_written_down(
    coach: User, as_coach: Browser, django_capture_on_commit_callbacks: object
) -> None:
    key, _ = tokens.make_key(owner=coach.coaching_profile, name="Script", scopes=[], now=NOON)
    tokens.revoke_key(key=key, now=NOON)
    tokens.revoke_key(key=key, now=NOON)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        app.set_up(confirmed(as_coach))
    as_coach.post(reverse("mfa_deactivate_totp"))

    assert events(coach) == [
        ("api_key.made", ""),
        ("api_key.revoked", ""),
        ("second_step.added", "totp"),
        ("second_step.added", "recovery_codes"),
        ("second_step.removed", "totp"),
        ("second_step.removed", "recovery_codes"),
    ]
    assert AccountEvent.objects.filter(object_id=key.pk).count() == 2


@pytest.mark.parametrize("change", ["update", "delete"])
def test_nothing_written_down_is_changed_or_taken_away(change: str, coach: User, as_visitor: Browser) -> None:
    app.sign_in(as_visitor, coach, PASSWORD)
    rows = AccountEvent.objects.all()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        rows.update(deed="x") if change == "update" else rows.delete()
