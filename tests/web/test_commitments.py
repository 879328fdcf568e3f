"""Commitments beside a client and a session, and what waits on the coach."""

from datetime import date
from typing import Any

import pytest
from django.test import Client as Browser

from coaching.actions import commitments
from coaching.actions.commitments import CommitmentDetails
from coaching.models import Client, Commitment, User
from journeyloop.tenancy import tenant
from tests import people
from tests.people import NOON

pytestmark = pytest.mark.usefixtures("noon")

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sam(coach: User) -> Client:
    return people.a_client(coach)


@pytest.fixture
def promise(coach: User, sam: Client) -> Commitment:
    with tenant(sam.coach_id):
        details = CommitmentDetails(text="Send the questions", promised_by="coach", due_on=date(2026, 3, 17))
        return commitments.open_commitment(client=sam, details=details, by=coach, now=NOON)


def words(answer: Any) -> str:
    return answer.content.decode()  # type: ignore[no-any-return] # bytes


def test_a_commitment_is_kept_in_view_on_the_clients_page(as_coach: Browser, sam: Client) -> None:
    written = {"text": "Open the letter", "promised_by": "client", "due_on": "2026-03-20"}
    answer = as_coach.post(f"/clients/{sam.pk}/commitments/", written)

    assert answer.headers["Location"] == f"/clients/{sam.pk}/#commitments"
    page = words(as_coach.get(f"/clients/{sam.pk}/"))
    assert "Open the letter" in page
    assert "by Fri 20 Mar" in page


def test_a_commitment_of_a_session_stands_on_its_page_and_the_clients(
    as_coach: Browser, coach: User, sam: Client
) -> None:
    session = people.a_session(coach, sam)
    written = {"text": "Open the letter", "promised_by": "client"}
    part = as_coach.post(f"/sessions/{session.pk}/commitments/", written, headers=HTMX)

    assert "<html" not in words(part)
    assert "Open the letter" in words(part)
    assert "Open the letter" in words(as_coach.get(f"/sessions/{session.pk}/"))
    assert "Open the letter" in words(as_coach.get(f"/clients/{sam.pk}/"))


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"text": ""}, "What was promised?"),
        ({"text": "x" * 301}, "300 is the most"),
        ({"due_on": "soon"}, "Write the day as 2026-11-21."),
        ({"promised_by": "mother"}, "is not one of the available choices"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_what_cannot_be_kept_comes_back_whole(
    as_coach: Browser, sam: Client, fields: dict[str, str], problem: str, headers: dict[str, str]
) -> None:
    written = {"text": "Open the letter", "promised_by": "client", "due_on": "2026-03-20", **fields}
    answer = as_coach.post(f"/clients/{sam.pk}/commitments/", written, headers=headers)

    assert answer.status_code == 422
    assert problem in words(answer)
    assert written["text"] in words(answer)


def test_a_commitment_changes_in_its_place(as_coach: Browser, promise: Commitment) -> None:
    here = f"/commitments/{promise.pk}"
    done = words(as_coach.post(f"{here}/keep/", headers=HTMX))
    assert "done today" in done
    assert 'data-announce="Done. Send the questions"' in done
    assert "It was done already." in words(as_coach.post(f"{here}/drop/", headers=HTMX))
    assert "was due Tue 17 Mar" in words(as_coach.post(f"{here}/reopen/", headers=HTMX))
    assert "let go today" in words(as_coach.post(f"{here}/drop/", headers=HTMX))
    assert 'name="text"' not in words(as_coach.get(f"{here}/edit/", headers=HTMX))


def test_a_commitment_is_written_anew(as_coach: Browser, coach: User, promise: Commitment) -> None:
    here, written = f"/commitments/{promise.pk}/edit/", {"text": "Send two", "promised_by": "coach"}
    assert 'name="text"' in words(as_coach.get(here, headers=HTMX))
    assert 'name="text"' not in words(as_coach.get(f"{here}?back", headers=HTMX))
    assert as_coach.post(here, {**written, "text": ""}, headers=HTMX).status_code == 422
    assert "Send two" in words(as_coach.post(here, written, headers=HTMX))
    assert people.fresh(coach, promise).due_on is None


def test_without_scripts_a_commitment_leads_back_to_where_it_stands(
    as_coach: Browser, promise: Commitment
) -> None:
    for deed in ("keep", "reopen", "drop"):
        answer = as_coach.post(f"/commitments/{promise.pk}/{deed}/")
        assert answer.headers["Location"] == f"/clients/{promise.client_id}/#commitments"
    assert "<html" in words(as_coach.get(f"/commitments/{promise.pk}/edit/"))


def test_what_waits_on_the_coach_stands_among_the_sessions_and_by_itself(
    as_coach: Browser, promise: Commitment
) -> None:
    for page in ("/sessions/", "/commitments/"):
        shown = words(as_coach.get(page))
        assert "Waiting on me" in shown
        assert "Send the questions" in shown
        assert "Sam Brook" in shown
    as_coach.post(f"/commitments/{promise.pk}/keep/")
    assert "Nothing waits on you" in words(as_coach.get("/commitments/"))
    assert "Waiting on me" not in words(as_coach.get("/sessions/"))


def test_a_line_that_named_its_client_still_does_after_a_change(
    as_coach: Browser, promise: Commitment
) -> None:
    line = words(as_coach.post(f"/commitments/{promise.pk}/keep/", {"who": "1"}, headers=HTMX))

    assert "Sam Brook" in line
