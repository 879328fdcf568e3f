"""The database goes away in the middle of a request: 503 with a hint, in the shape that was asked for."""

import errno
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client as Browser

from coaching.accounts import middleware
from companion.actions import conversations
from companion.api.rest import memory

pytestmark = pytest.mark.django_db

CHAT = "/api/v1/companion/chat/"
AS_PAGE = {"Accept": "text/html,application/xhtml+xml"}


def away(*_: Any, **__: Any) -> None:
    raise OperationalError("the server closed the connection unexpectedly")


@pytest.fixture(params=[False, True], ids=["production", "development"])
def patient(as_coach: Browser, settings: LazySettings, request: pytest.FixtureRequest) -> Browser:
    """Alice's browser, which sees what a server answers when a view fails."""
    settings.DEBUG = request.param
    as_coach.raise_request_exception = False
    return as_coach


def test_a_page_says_that_it_will_be_back(patient: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "say", away)

    response = patient.post(CHAT, {"message": "Hello"}, headers=AS_PAGE)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Back in a moment" in response.content.decode()


def test_a_program_hears_it_in_the_shape_of_every_error(
    patient: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "say", away)

    response = patient.post(CHAT, {"message": "Hello"}, content_type="application/json")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["error"]["code"] == "unavailable"


def test_it_is_the_same_under_the_rest_of_the_interface(
    patient: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "practice_of", away)

    response = patient.get("/api/v1/companion/memory/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["error"]["code"] == "unavailable"


def test_it_is_the_same_when_no_view_was_reached(patient: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "coach_of", away)

    assert patient.get("/companion/").status_code == 503


def test_what_the_view_held_is_not_asked_for_again(patient: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Query:
        def __repr__(self) -> str:
            asked.append("the database")
            return "rows"

    def held(**_: Any) -> None:
        query = Query()
        raise OperationalError(type(query).__name__)

    monkeypatch.setattr(conversations, "say", held)

    assert patient.post(CHAT, {"message": "Hello"}, headers=AS_PAGE).status_code == 503
    assert asked == []


def test_it_is_the_same_when_our_own_disk_is_full(patient: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: Any) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(conversations, "say", full)

    assert patient.post(CHAT, {"message": "Hello"}, headers=AS_PAGE).status_code == 503


def test_any_other_fault_is_still_one_of_ours(patient: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(conversations, "say", broken)

    response = patient.post(CHAT, {"message": "Hello"}, content_type="application/json")

    assert (response.status_code, "Retry-After" in response) == (500, False)
