"""Consent on pages: said, taken back in two taps, and what is asked then."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from coaching import consents as wordings
from coaching import withdrawals
from coaching.consents import Purpose
from coaching.models import Client, Consent, User
from coaching.withdrawals import Derived
from journeyloop.tenancy import tenant
from tests import people

READING = Purpose.AI_PROCESSING


@pytest.fixture
def sam(coach: User) -> Client:
    return people.a_client(coach)


class Reading:
    """Things that were made out of Sam's words."""

    def __init__(self) -> None:
        self.count, self.stopped = 2, 0

    def stop(self, *, client: Client, now: datetime) -> None:
        self.stopped += 1

    def derived(self, client: Client) -> Sequence[Derived]:
        return [Derived(what="analysis,analyses", count=self.count)]

    def delete(self, *, client: Client, by: User, now: datetime) -> None:
        self.count = 0


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    reading = Reading()
    monkeypatch.setattr(withdrawals, "_followers", {purpose: [] for purpose in Purpose})
    withdrawals.on_withdrawal(READING, stop=reading.stop, derived=reading.derived, delete=reading.delete)
    return reading


def say(
    browser: Browser, client: Client, deed: str, purpose: Purpose = READING, **fields: Any
) -> HttpResponse:
    form = {"method": "said", "version": wordings.wording(purpose).version, **fields}
    return browser.post(f"/clients/{client.pk}/consent/{purpose}/{deed}/", form)


def said(client: Client) -> list[tuple[str, bool]]:
    with tenant(client.coach_id):
        return [(each.purpose, each.given) for each in Consent.objects.order_by("at", "id")]


def test_the_clients_page_shows_every_purpose_with_its_words(as_coach: Browser, sam: Client) -> None:
    page = as_coach.get(f"/clients/{sam.pk}/").content.decode()

    assert page.count("Not asked") == len(Purpose)
    for purpose in Purpose:
        assert wordings.wording(purpose).title in page
    assert "The words of our sessions may be read by AI" in page


def test_an_answer_is_written_down_and_shown_with_its_day_and_way(as_coach: Browser, sam: Client) -> None:
    answer = say(as_coach, sam, "give", method="email")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{sam.pk}/consent/")
    assert said(sam) == [("ai_processing", True)]
    page = as_coach.get(f"/clients/{sam.pk}/consent/").content.decode()
    assert "Agreed" in page
    assert "by e-mail" in page
    assert "Wording 1-offline" in page


def test_the_way_back_is_one_of_our_own_pages(as_coach: Browser, sam: Client) -> None:
    inside = say(as_coach, sam, "give", next=f"/clients/{sam.pk}/#consent")
    outside = say(as_coach, sam, "withdraw", next="https://evil.example/")

    assert inside.headers["Location"] == f"/clients/{sam.pk}/#consent"
    assert outside.headers["Location"] == f"/clients/{sam.pk}/consent/"


def test_from_the_clients_page_a_consent_is_withdrawn_in_two_taps(as_coach: Browser, sam: Client) -> None:
    say(as_coach, sam, "give")
    page = as_coach.get(f"/clients/{sam.pk}/").content.decode()
    opened = page.split('id="consent-ai_processing"')[1].split("</details>")[0]

    assert f'formaction="/clients/{sam.pk}/consent/ai_processing/withdraw/"' in opened
    say(as_coach, sam, "withdraw")
    assert said(sam)[-1] == ("ai_processing", False)


def test_a_withdrawal_stops_the_work_and_asks_about_what_was_made(
    as_coach: Browser, sam: Client, reading: Reading
) -> None:
    say(as_coach, sam, "give")
    answer = say(as_coach, sam, "withdraw")
    asked = as_coach.get(answer.headers["Location"]).content.decode()

    assert reading.stopped == 1
    assert "Delete what was derived from these sessions?" in asked
    assert ">2</strong> analyses" in asked


def test_a_yes_to_the_question_deletes_what_was_derived(
    as_coach: Browser, sam: Client, reading: Reading
) -> None:
    say(as_coach, sam, "withdraw")
    as_coach.post(f"/clients/{sam.pk}/consent/ai_processing/derived/")

    assert reading.count == 0
    assert (
        "Nothing is left to delete"
        in as_coach.get(f"/clients/{sam.pk}/consent/ai_processing/derived/").content.decode()
    )


def test_what_is_kept_stays_marked_and_can_still_go(as_coach: Browser, sam: Client, reading: Reading) -> None:
    say(as_coach, sam, "withdraw")
    page = as_coach.get(f"/clients/{sam.pk}/consent/").content.decode()

    assert "Kept from before" in page
    assert "2 analyses" in page
    assert f'href="/clients/{sam.pk}/consent/ai_processing/derived/"' in page


def test_nothing_is_deleted_while_the_client_agrees(as_coach: Browser, sam: Client, reading: Reading) -> None:
    say(as_coach, sam, "give")
    answer = as_coach.post(f"/clients/{sam.pk}/consent/ai_processing/derived/")

    assert "so there is nothing to clear" in answer.content.decode()
    assert reading.count == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"version": "0"}, "The words have changed since this page was opened."),
        ({"version": ""}, "The words have changed since this page was opened."),
        ({"method": "telepathy"}, "How did they say it?"),
        ({"method": "portal"}, "How did they say it?"),
    ],
)
def test_what_cannot_be_a_statement_is_not_written_down(
    as_coach: Browser, sam: Client, fields: dict[str, str], problem: str
) -> None:
    answer = say(as_coach, sam, "give", **fields)

    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert said(sam) == []


def test_a_purpose_that_does_not_exist_is_not_found(as_coach: Browser, sam: Client) -> None:
    for deed in ("give", "withdraw", "derived"):
        assert as_coach.post(f"/clients/{sam.pk}/consent/marketing/{deed}/").status_code == 404


def test_a_yes_to_other_words_is_asked_again(as_coach: Browser, sam: Client, settings: Any) -> None:
    say(as_coach, sam, "give")
    settings.COMPANION_MODEL = "anthropic:some-model"
    page = as_coach.get(f"/clients/{sam.pk}/consent/").content.decode()

    assert "Ask again" in page
    assert "Asked again because who reads the words has changed." in page
    assert "run by Anthropic" in page


def test_a_client_who_refuses_everything_is_coached_all_the_same(
    as_coach: Browser, coach: User, sam: Client
) -> None:
    session = people.a_session(coach, sam)
    for purpose in Purpose:
        say(as_coach, sam, "withdraw", purpose)
    assert [given for _, given in said(sam)] == [False] * len(Purpose)

    assert as_coach.get(f"/clients/{sam.pk}/").status_code == 200
    assert as_coach.get(f"/sessions/{session.pk}/").status_code == 200
    assert as_coach.post(f"/sessions/{session.pk}/notes/", {"text": "Quiet."}).status_code == 302
    assert as_coach.post(f"/sessions/{session.pk}/complete/").status_code == 302
