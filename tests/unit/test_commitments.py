"""Promises: the client's, and the coach's own."""

from datetime import date, timedelta
from typing import Any

import pytest

from coaching.actions import clients, commitments
from coaching.actions.commitments import CommitmentDetails, CommitmentStatusError
from coaching.actions.origins import Origin
from coaching.models import Client, CoachingProfile, Commitment
from journeyloop.ids import uuid7
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(days=2)


@pytest.fixture
def tomas(in_tenant: CoachingProfile) -> Client:
    return factories.make_client()


def promise(client: Client, text: str = "Open the spreadsheet", **fields: Any) -> Commitment:
    where = {name: fields.pop(name) for name in ("session", "origin") if name in fields}
    details = CommitmentDetails(text=text, **fields)
    return commitments.open_commitment(
        client=client, details=details, by=client.coach.user, now=NOON, **where
    )


def test_a_promise_is_open_and_the_clients_unless_said_otherwise(tomas: Client) -> None:
    made = promise(tomas)

    assert (made.status, made.promised_by, made.source, made.session) == ("open", "client", "coach", None)


def test_a_promise_that_was_accepted_names_its_session_and_its_evidence(tomas: Client) -> None:
    session, said = factories.make_session(tomas, NOON), uuid7()
    made = promise(tomas, origin=Origin(session=session, evidence=[said]))
    made.refresh_from_db()

    assert (made.source, made.session, made.evidence) == ("session", session, [said])


@pytest.mark.parametrize(
    ("deed", "status"),
    [(commitments.keep_commitment, "done"), (commitments.drop_commitment, "dropped")],
    ids=["kept", "dropped"],
)
def test_a_promise_is_settled_once_and_can_be_taken_up_again(tomas: Client, deed: Any, status: str) -> None:
    made, by = promise(tomas), tomas.coach.user
    settled = deed(commitment=made, by=by, now=LATER)
    assert (settled.status, settled.settled_at) == (status, LATER)
    with pytest.raises(CommitmentStatusError):
        deed(commitment=made, by=by, now=LATER)

    reopened = commitments.reopen_commitment(commitment=made, by=by, now=LATER)
    assert (reopened.status, reopened.settled_at) == ("open", None)
    with pytest.raises(CommitmentStatusError):
        commitments.reopen_commitment(commitment=made, by=by, now=LATER)


def test_only_an_open_promise_is_written_anew(tomas: Client) -> None:
    made, by = promise(tomas), tomas.coach.user
    anew = CommitmentDetails(text="Open it with the accountant", promised_by="client")
    assert commitments.update_commitment(commitment=made, details=anew, by=by, now=NOON).text == anew.text

    commitments.keep_commitment(commitment=made, by=by, now=LATER)
    with pytest.raises(CommitmentStatusError):
        commitments.update_commitment(commitment=made, details=anew, by=by, now=LATER)


def test_what_waits_on_the_coach_is_their_own_open_promises_the_most_urgent_first(tomas: Client) -> None:
    promise(tomas)
    promise(tomas, "Some day", promised_by="coach")
    promise(tomas, "Three questions", promised_by="coach", due_on=date(2026, 3, 9))
    kept = promise(tomas, "Kept", promised_by="coach")
    commitments.keep_commitment(commitment=kept, by=tomas.coach.user, now=LATER)
    archived = factories.make_client("Ruth Abelson")
    promise(archived, "Too late", promised_by="coach")
    clients.archive_client(client=archived, by=tomas.coach.user, now=LATER)

    waiting = Commitment.objects.waiting_on_coach()
    assert [each.text for each in waiting] == ["Three questions", "Some day"]
    assert [each.is_late(date(2026, 3, 10)) for each in waiting] == [True, False]
    assert list(Commitment.objects.settled()) == [kept]
