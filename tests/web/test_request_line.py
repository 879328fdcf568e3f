"""The line that an operator follows: one a request, in ids and numbers."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser

from coaching.models import User
from tests.people import a_client

pytestmark = pytest.mark.django_db


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    own = [record.msg for record in caplog.records if record.name == "journeyloop.request_line"]
    return [line for line in own if isinstance(line, dict)]


def test_it_tells_which_page_and_for_whom(
    coach: User, as_coach: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    answer = as_coach.get("/clients/?q=a-secret")

    [line] = lines(caplog)
    assert line["event"] == "request.answered"
    assert (line["method"], line["route"], line["status"]) == ("GET", "client-list", 200)
    assert (line["user"], line["coach"]) == (str(coach.pk), str(coach.coaching_profile.pk))
    assert line["ms"] >= 0
    assert line["request"] == answer.headers["X-Request-ID"]
    assert UUID(line["request"])
    assert "a-secret" not in str(line)


def test_it_takes_the_routers_number_when_that_is_one(
    as_visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for given in ("0123456789abcdef-router", "short", "with a space and some words", "x" * 65):
        as_visitor.get("/accounts/login/", headers={"X-Request-ID": given})

    taken, *others = [line["request"] for line in lines(caplog)]
    assert taken == "0123456789abcdef-router"
    assert [str(UUID(each)) for each in others] == others


def test_a_denied_row_is_told_by_its_id(
    coach: User, as_stranger: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    client = a_client(coach)

    as_stranger.get(f"/clients/{client.pk}/")

    [line] = lines(caplog)
    assert line["event"] == "request.denied"
    assert (line["status"], line["object"]) == (404, str(client.pk))


def test_a_refused_form_is_told(coach: User, caplog: pytest.LogCaptureFixture) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(coach)

    browser.post("/clients/new/", {"name": "Sam"})

    [line] = lines(caplog)
    assert (line["event"], line["status"], line["route"]) == ("request.denied", 403, "client-create")


def test_an_address_that_leads_nowhere_is_not_repeated(
    as_visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    as_visitor.get(f"/nowhere/{uuid4()}/a-secret/")

    [line] = lines(caplog)
    assert (line["method"], line["route"], line["status"]) == ("?", "?", 404)
    assert "a-secret" not in str(line)


def test_whoever_only_asks_whether_we_are_up_leaves_no_line(
    as_visitor: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    as_visitor.get("/healthz")

    assert lines(caplog) == []
