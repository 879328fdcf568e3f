"""The second step: who must have one, what it holds, and what does not get around it."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse

from coaching.models import AccountEvent, User
from journeyloop import crypto
from tests.conftest import confirmed, signed_in
from tests.factories import PASSWORD
from tests.fakes import authenticator_app as app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def required(settings: object) -> None:
    settings.MFA_REQUIRED = True  # type: ignore[attr-defined]


# --- Who must have one ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/clients/", "/companion/", "/settings/", "/accounts/email/"])
def test_a_coach_without_one_sees_only_the_way_to_it(path: str, required: None, as_coach: Browser) -> None:
    assert as_coach.get(path).url == reverse("mfa_index")


def test_the_way_says_why_and_offers_both_kinds(required: None, as_coach: Browser) -> None:
    page = as_coach.get(reverse("mfa_index")).content.decode()

    assert "One more lock" in page
    assert reverse("mfa_activate_totp") in page
    assert reverse("mfa_add_webauthn") in page
    assert reverse("client-list") not in page


def test_nothing_of_the_coachs_is_done_or_told_meanwhile(
    required: None, as_coach: Browser, as_operator: Browser
) -> None:
    htmx = {"HX-Request": "true"}

    assert as_coach.post(reverse("client-create"), {"name": "Sam"}).url == reverse("mfa_index")
    assert as_coach.get("/clients/", headers=htmx).headers["HX-Redirect"] == reverse("mfa_index")
    assert as_coach.get("/api/v1/companion/memory/").status_code == 403
    assert as_operator.get("/django-rq/").url == reverse("mfa_index")


@pytest.mark.parametrize("header", ["Basic eDp5", "Bearerjl_1_2", ""])
def test_a_header_that_is_no_token_opens_no_api(header: str, required: None, as_coach: Browser) -> None:
    answer = as_coach.get("/api/v1/companion/memory/", headers={"Authorization": header})

    assert answer.status_code == 403


def test_a_client_needs_none(required: None, as_client: Browser) -> None:
    assert as_client.get(reverse("settings")).status_code == 200


def test_nobody_needs_one_in_development(as_coach: Browser) -> None:
    assert as_coach.get(reverse("client-list")).status_code == 200


def test_setting_it_up_opens_the_practice_and_gives_recovery_codes(
    required: None, as_coach: Browser, coach: User
) -> None:
    app.set_up(confirmed(as_coach))

    assert as_coach.get(reverse("client-list")).status_code == 200
    codes = as_coach.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert len(re.findall(r"\b\d{8}\b", codes)) == 10


def test_the_last_one_cannot_be_turned_off(required: None, as_coach: Browser) -> None:
    app.set_up(confirmed(as_coach))

    page = as_coach.post(reverse("mfa_deactivate_totp")).content.decode()

    assert "Please add a passkey first" in page
    assert Authenticator.objects.filter(type="totp").exists()


def test_who_just_signed_in_is_not_asked_for_the_password_again(coach: User, as_visitor: Browser) -> None:
    app.sign_in(as_visitor, coach, PASSWORD)

    assert as_visitor.get(reverse("mfa_activate_totp")).status_code == 200


def test_changing_it_later_asks_once_more_who_it_is(
    coach: User, as_visitor: Browser, noon: time_machine.Traveller
) -> None:
    app.sign_in(as_visitor, coach, PASSWORD)
    noon.shift(timedelta(minutes=6))

    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert as_visitor.get(reverse(name)).url.startswith(reverse("account_reauthenticate")), name


# --- What it holds --------------------------------------------------------------------------------------


def test_the_password_alone_does_not_open(coach: User, as_visitor: Browser) -> None:
    app.give(coach)

    assert app.sign_in(as_visitor, coach, PASSWORD).url == reverse("mfa_authenticate")
    assert as_visitor.get(reverse("client-list")).url.startswith(reverse("account_login"))


def test_a_code_of_the_app_opens_once(coach: User) -> None:
    secret, _ = app.give(coach)
    first, second = Browser(), Browser()
    app.sign_in(first, coach, PASSWORD)
    app.sign_in(second, coach, PASSWORD)
    code = {"code": app.code_of(secret)}

    assert first.post(reverse("mfa_authenticate"), code).status_code == 302
    assert "This code does not fit" in second.post(reverse("mfa_authenticate"), code).content.decode()
    assert first.get(reverse("client-list")).status_code == 200
    assert second.get(reverse("client-list")).status_code == 302


def test_a_recovery_code_opens_once(coach: User) -> None:
    _, codes = app.give(coach)
    first, second = Browser(), Browser()
    app.sign_in(first, coach, PASSWORD)
    app.sign_in(second, coach, PASSWORD)

    assert first.post(reverse("mfa_authenticate"), {"code": codes[3]}).status_code == 302
    assert second.post(reverse("mfa_authenticate"), {"code": codes[3]}).status_code == 200
    assert second.post(reverse("mfa_authenticate"), {"code": codes[4]}).status_code == 302


def test_guessing_codes_is_stopped(coach: User, as_visitor: Browser) -> None:
    app.give(coach)
    app.sign_in(as_visitor, coach, PASSWORD)
    tries = [as_visitor.post(reverse("mfa_authenticate"), {"code": f"00000{n}"}) for n in range(6)]

    assert [answer.status_code for answer in tries] == [200] * 5 + [429]


def test_an_emailed_code_does_not_get_around_it(coach: User, as_visitor: Browser) -> None:
    app.give(coach)
    as_visitor.post(reverse("account_request_login_code"), {"email": coach.email})
    code = re.findall(r"^\s*([A-Z0-9-]{6,9})\s*$", mail.outbox[0].body, re.MULTILINE)[0]

    answer = as_visitor.post(reverse("account_confirm_login_code"), {"code": code})

    assert answer.url == reverse("mfa_authenticate")


def test_a_reset_by_mail_does_not_get_around_it(coach: User, as_visitor: Browser) -> None:
    app.give(coach)
    as_visitor.post(reverse("account_reset_password"), {"email": coach.email})
    link = re.findall(r"http://testserver(/\S+)", mail.outbox[0].body)[0]
    form = as_visitor.get(link, follow=True)
    new = {"password1": "another-horse-8", "password2": "another-horse-8"}
    as_visitor.post(form.request["PATH_INFO"], new)

    coach.refresh_from_db()
    assert coach.check_password("another-horse-8")
    assert as_visitor.get(reverse("client-list")).url.startswith(reverse("account_login"))
    assert app.sign_in(as_visitor, coach, "another-horse-8").url == reverse("mfa_authenticate")


# --- How its secrets are kept ---------------------------------------------------------------------------


def test_what_is_stored_shows_no_secret(coach: User) -> None:
    secret, codes = app.give(coach)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in stored
    assert not any(code in stored for code in codes)


def test_anothers_secret_put_into_ones_own_row_opens_nothing(
    coach: User, stranger: User, as_visitor: Browser
) -> None:
    secret, _ = app.give(coach)
    app.give(stranger)
    stolen = Authenticator.objects.get(user=coach, type="totp").data
    Authenticator.objects.filter(user=stranger, type="totp").update(data=stolen)
    app.sign_in(as_visitor, stranger, PASSWORD)

    answer = as_visitor.post(reverse("mfa_authenticate"), {"code": app.code_of(secret)})

    assert answer.status_code == 503
    assert "The second step cannot be checked" in answer.content.decode()


def test_without_the_key_all_else_goes_on(coach: User, settings: object) -> None:
    app.give(coach)
    settings.FIELD_ENCRYPTION_KEYS = ["another-key-0123456789-abcdefghijklmnop"]  # type: ignore[attr-defined]
    browser = confirmed(signed_in(coach))

    assert browser.get(reverse("client-list")).status_code == 200
    assert "0 left" in browser.get(reverse("mfa_index")).content.decode()
    assert browser.get(reverse("mfa_view_recovery_codes")).status_code == 503

    browser.post(reverse("mfa_generate_recovery_codes"))

    assert "10 left" in browser.get(reverse("mfa_index")).content.decode()


def test_rotating_puts_everything_under_the_new_key(
    coach: User, stranger: User, settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    secret, _ = app.give(coach)
    app.give(stranger)
    old, new = settings.FIELD_ENCRYPTION_KEYS, ["the-new-key-0123456789-abcdefghijklmnop"]  # type: ignore[attr-defined]
    settings.FIELD_ENCRYPTION_KEYS = [*new, *old]  # type: ignore[attr-defined]

    call_command("rotate_keys", batch=1)

    assert "mfa_authenticator: 4 under the newest key" in capsys.readouterr().out
    settings.FIELD_ENCRYPTION_KEYS = new  # type: ignore[attr-defined]
    sealed = [row.data.get("secret") or row.data["seed"] for row in Authenticator.objects.all()]
    assert all(map(crypto.is_newest, sealed))
    browser = Browser()
    app.sign_in(browser, coach, PASSWORD)
    assert browser.post(reverse("mfa_authenticate"), {"code": app.code_of(secret)}).status_code == 302


def test_rotating_says_what_no_key_opens_and_leaves_it(coach: User, settings: object) -> None:
    app.give(coach)
    before = list(Authenticator.objects.values_list("data", flat=True))
    settings.FIELD_ENCRYPTION_KEYS = ["another-key-0123456789-abcdefghijklmnop"]  # type: ignore[attr-defined]

    with pytest.raises(CommandError, match="2 could not be opened"):
        call_command("rotate_keys")

    assert list(Authenticator.objects.values_list("data", flat=True)) == before


# --- Who lost it ----------------------------------------------------------------------------------------


def test_an_operator_lets_somebody_in_again_who_lost_it(
    coach: User, as_visitor: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    _, codes = app.give(coach)
    app.sign_in(as_visitor, coach, PASSWORD)
    as_visitor.post(reverse("mfa_authenticate"), {"code": codes[0]})

    call_command("forget_second_step", coach.email)

    assert "2 taken away" in capsys.readouterr().out
    assert as_visitor.get(reverse("client-list")).status_code == 302
    assert app.sign_in(as_visitor, coach, PASSWORD).url == "/"
    assert AccountEvent.objects.filter(deed="second_step.forgotten", user_id=coach.pk).exists()


def test_there_must_be_such_a_person() -> None:
    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        call_command("forget_second_step", "nobody@example.com")
