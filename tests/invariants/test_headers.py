"""What every answer tells a browser to do and not to do, with the settings of production."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from coaching.models import User
from companion.api.events import answers
from companion.api.events.readers import RefusedError
from tests.conftest import signed_in
from tests.invariants.addresses import API, COACH, PERSONAL, PLAIN, PUBLIC, Address, chosen, operators
from tests.invariants.test_environment import PRODUCTION, ROOT
from tests.twins import Twins

# Operators' pages are read as jl_system, which sees none of the rows that these tests roll back.
pytestmark = pytest.mark.django_db(databases=["default", "system"])

ASKED = (
    "SECURE_",
    "SESSION_COOKIE_",
    "CSRF_COOKIE_",
    "X_FRAME_OPTIONS",
    "CONTENT_SECURITY_POLICY",
    "WHITENOISE_ALLOW",
)
YEAR = 365 * 24 * 3600
UNREACHED = {"django_rq"}
"""Operators' pages about queues need a Redis with jobs; one of them stands for all."""


@pytest.fixture(scope="session")
def production() -> dict[str, Any]:
    """Read what production sets, in a process that loads the settings as production does."""
    script = (
        "import json; from journeyloop import settings; "
        f"print(json.dumps({{n: v for n, v in vars(settings).items() if n.startswith({ASKED!r})}}))"
    )
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env={**path, **PRODUCTION}, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any, production: dict[str, Any]) -> None:
    for name, value in production.items():
        setattr(settings, name, tuple(value) if name == "SECURE_PROXY_SSL_HEADER" else value)


def get(browser: Browser, path: str, **options: Any) -> HttpResponse:
    """Ask over https, as production does."""
    answer: HttpResponse = browser.get(path, secure=True, **options)
    return answer


def faults_of(answer: HttpResponse, *, private: bool) -> list[str]:
    """Name the promises that an answer breaks."""
    told = {name.lower(): value for name, value in answer.headers.items()}
    policy = told.get("content-security-policy", "")
    transport = told.get("strict-transport-security", "")
    kept = {
        "nothing inline": "default-src 'none'" in policy and not re.search(r"unsafe-|nonce-|\*", policy),
        "no frames": "frame-ancestors 'none'" in policy and told.get("x-frame-options") == "DENY",
        "no base": "base-uri 'none'" in policy,
        "nosniff": told.get("x-content-type-options") == "nosniff",
        "referrer": told.get("referrer-policy") == "same-origin",
        "opener": told.get("cross-origin-opener-policy") == "same-origin",
        "resources": told.get("cross-origin-resource-policy") == "same-origin",
        "permissions": "camera=(), " in told.get("permissions-policy", ""),
        "https": "includeSubDomains" in transport and f"max-age={YEAR}" in transport,
        "no-store": not private or "no-store" in told.get("cache-control", ""),
        "cookies": all(_is_kept_close(cookie) for cookie in answer.cookies.values()),
    }
    return [name for name, is_kept in kept.items() if not is_kept]


def _is_kept_close(cookie: Any) -> bool:
    if cookie["max-age"] == 0:  # it only takes one away
        return True
    close = cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
    return bool(close) and (cookie.key.startswith("__Host-") or cookie.key == "messages")


def _broken(found: dict[str, HttpResponse], *, private: bool) -> dict[str, list[str]]:
    faults = {name: faults_of(answer, private=private) for name, answer in found.items()}
    return {name: each for name, each in faults.items() if each}


def _sample(address: Address) -> str:
    return reverse(address.name, kwargs={each: PLAIN[each] for each in address.parameters})


def test_a_visitors_answers_keep_every_promise() -> None:
    found = {address.name: get(Browser(), _sample(address)) for address in chosen(PUBLIC)}

    assert _broken(found, private=False) == {}


def test_a_coachs_answers_keep_every_promise(twins: Twins) -> None:
    browser = signed_in(twins.alice.coach.user)
    addresses = [*chosen(COACH), *chosen(API), *chosen(PERSONAL)]
    found = {address.name: get(browser, address.of(twins.alice)) for address in addresses}

    assert _broken(found, private=True) == {}


def test_an_operators_answers_keep_every_promise(operator: User, twins: Twins) -> None:
    browser = signed_in(operator)
    reached = [address for address in operators() if address.name.partition(":")[0] not in UNREACHED]
    found = {address.name: get(browser, address.of(twins.alice)) for address in reached}
    found["django_rq:home"] = get(browser, "/django-rq/")

    assert _broken(found, private=True) == {}


def test_refusals_keep_every_promise(twins: Twins) -> None:
    browser = signed_in(twins.alice.coach.user)
    browser.raise_request_exception = False
    checking = Browser(enforce_csrf_checks=True)
    checking.force_login(twins.alice.coach.user)
    found = {
        "404": get(browser, "/nowhere/"),
        "404 of a row": get(browser, f"/clients/{uuid4()}/"),
        "403": checking.post("/clients/new/", secure=True),
        "405": browser.post("/companion/", secure=True),
        "redirect": get(Browser(), "/clients/"),
        "401": get(Browser(), "/api/v1/companion/memory/"),
        "to https": Browser().get("/clients/"),
    }

    assert [answer.status_code for answer in found.values()] == [404, 404, 403, 405, 302, 401, 301]
    del found["to https"]  # a browser does not take orders for https over http
    assert _broken(found, private=False) == {}


def test_an_answer_to_something_broken_keeps_every_promise(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in(twins.alice.coach.user)
    browser.raise_request_exception = False
    monkeypatch.setattr("coaching.views.clients.read", _break)
    answer = get(browser, "/clients/")

    assert answer.status_code == 500
    assert faults_of(answer, private=True) == []


def _break(*args: Any, **named: Any) -> None:
    raise RuntimeError


def test_files_keep_every_promise_and_are_for_our_own_pages() -> None:
    names = ["css/tokens.css", "js/app.js", "fonts/inter-latin-wght-normal.woff2", "icons/favicon.svg"]
    found = {name: get(Browser(), f"/static/{name}") for name in names}
    for answer in found.values():
        answer.close()

    assert {answer.status_code for answer in found.values()} == {200}
    assert _broken(found, private=False) == {}
    assert [name for name, answer in found.items() if "access-control-allow-origin" in answer.headers] == []


def test_the_event_stream_keeps_every_promise() -> None:
    answers._common_headers.cache_clear()
    opened = _heard(answers.open_stream)
    refused = _heard(lambda send: answers.refuse(send, RefusedError(401, "not_signed_in", "Sign in.")))
    answers._common_headers.cache_clear()

    assert faults_of(opened, private=True) == []
    assert faults_of(refused, private=True) == []


def _heard(answer: Callable[[answers.Send], Coroutine[Any, Any, None]]) -> HttpResponse:
    messages: list[answers.Message] = []

    async def send(message: answers.Message) -> None:
        messages.append(message)

    asyncio.run(answer(send))
    headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
    return HttpResponse(status=messages[0]["status"], headers=headers)
