"""Failed sign-ins are counted: in every process, without Redis, and whatever address they claim."""

import http.client
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from coaching.models import User
from tests import factories
from tests.factories import PASSWORD
from tests.processes import Process, web

PER_ACCOUNT, PER_ADDRESS = 5, 10
SOMEBODY = "nobody@example.com"


def fail(browser: Browser, email: str, **headers: str) -> HttpResponse:
    """Try to sign in with a wrong password."""
    form = {"login": email, "password": "not-it"}
    answer: HttpResponse = browser.post(reverse("account_login"), form, headers=headers)
    return answer


@pytest.fixture
def behind_a_proxy(settings: object) -> None:
    """One proxy in front, as in production."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_sixth_try_for_an_account_is_turned_away(coach: User, as_visitor: Browser) -> None:
    statuses = [fail(as_visitor, coach.email).status_code for _ in range(PER_ACCOUNT + 1)]

    assert statuses == [200] * PER_ACCOUNT + [429]


@pytest.mark.django_db
def test_not_even_the_right_password_opens_then(coach: User, as_visitor: Browser) -> None:
    for _ in range(PER_ACCOUNT):
        fail(as_visitor, coach.email)

    answer = as_visitor.post(reverse("account_login"), {"login": coach.email, "password": PASSWORD})

    assert answer.status_code == 429
    assert "Please wait five minutes" in answer.content.decode()


@pytest.mark.django_db
def test_the_eleventh_try_from_an_address_is_turned_away(behind_a_proxy: None, as_visitor: Browser) -> None:
    here = {"x-forwarded-for": "203.0.113.7"}
    statuses = [fail(as_visitor, f"{n}@example.com", **here).status_code for n in range(PER_ADDRESS + 1)]

    assert statuses == [200] * PER_ADDRESS + [429]
    assert fail(as_visitor, "x@example.com", **{"x-forwarded-for": "203.0.113.8"}).status_code == 200


@pytest.mark.django_db
def test_a_made_up_address_in_front_does_not_help(behind_a_proxy: None, as_visitor: Browser) -> None:
    def tried(number: int) -> int:
        forged = f"198.51.100.{number}, 203.0.113.7"
        return fail(as_visitor, f"{number}@example.com", **{"x-forwarded-for": forged}).status_code

    assert [tried(number) for number in range(PER_ADDRESS + 1)] == [200] * PER_ADDRESS + [429]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ask",
    [
        fail,
        lambda browser, email: browser.post(reverse("account_reset_password"), {"email": email}),
        lambda browser, email: browser.post(reverse("account_request_login_code"), {"email": email}),
        lambda browser, email: browser.post(
            reverse("account_signup"), {"name": "Al", "email": email, "password1": "correct-horse-7"}
        ),
    ],
    ids=["sign-in", "reset", "code", "sign-up"],
)
def test_nobody_learns_whether_an_address_has_an_account(
    ask: Callable[[Browser, str], HttpResponse], coach: User, settings: object
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # type: ignore[attr-defined]
    known, unknown = ask(Browser(), coach.email), ask(Browser(), SOMEBODY)

    assert known.status_code == unknown.status_code
    assert known.headers.get("Location") == unknown.headers.get("Location")
    assert _words(known, coach.email) == _words(unknown, SOMEBODY)
    assert len(mail.outbox) in {0, 2}


def _words(answer: HttpResponse, email: str) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode().replace(email, "…"))


def test_every_process_knows_of_a_try_and_none_needs_redis(committed: None, tmp_path: Path) -> None:
    coach = factories.make_coach("alice@example.com").user
    with web(tmp_path, environment={"REDIS_URL": "redis://127.0.0.1:1/0"}) as elsewhere:
        statuses = [_fail_at(elsewhere, coach.email) for _ in range(PER_ACCOUNT)]

    assert statuses == [200] * PER_ACCOUNT
    assert fail(Browser(), coach.email, host=f"127.0.0.1:{elsewhere.port}").status_code == 429


def _fail_at(server: Process, email: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    with closing(connection):
        connection.request("GET", "/accounts/login/")
        page = connection.getresponse()
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())[0]
        form = urlencode({"login": email, "password": "not-it", "csrfmiddlewaretoken": token})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/accounts/login/", form, headers)
        with connection.getresponse() as answer:
            return answer.status
