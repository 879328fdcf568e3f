"""What clients agreed to: the record, the gate, and what follows a withdrawal."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connections, transaction
from pytest_django import Settings

from coaching import consents as words
from coaching import withdrawals
from coaching.actions import consents
from coaching.actions.consents import NoConsentError
from coaching.actions.words import words_for_ai
from coaching.consents import Purpose
from coaching.models import Client, CoachingProfile, Consent, User
from coaching.models.consents import standings_of
from journeyloop.tenancy import tenant
from tests import factories
from tests.factories import NOON
from tests.fakes.talk import make_transcript

LATER = NOON + timedelta(days=3)


@pytest.fixture
def tomas(in_tenant: CoachingProfile) -> Client:
    return factories.make_client()


def say(client: Client, given: bool, *, now: datetime = NOON, **fields: Any) -> Consent:
    by = fields.pop("by", client.coach.user)
    return consents.record(
        client=client,
        given=given,
        by=by,
        now=now,
        **{"purpose": Purpose.AI_PROCESSING, "method": "said", **fields},
    )


def holds(client: Client, purpose: Purpose = Purpose.AI_PROCESSING) -> bool:
    return standings_of(client)[purpose].given


# --- The record -----------------------------------------------------------------------------------------


def test_every_purpose_is_no_until_somebody_says_otherwise(tomas: Client) -> None:
    standings = standings_of(tomas)

    assert set(standings) == set(Purpose)
    assert not any(standing.given or standing.last for standing in standings.values())


def test_how_everything_stands_takes_one_query(tomas: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        standings_of(tomas)


def test_a_statement_keeps_the_words_the_time_the_person_and_the_way(tomas: Client) -> None:
    said = say(tomas, True, method="email")

    assert said.text == words.wording(Purpose.AI_PROCESSING).text
    assert (said.version, said.at) == ("1-offline", NOON)
    assert (said.actor, said.by, said.method) == ("coach", tomas.coach.user, "email")


def test_a_client_speaks_for_themselves(tomas: Client, client_user: User) -> None:
    tomas.user = client_user

    assert say(tomas, True, by=client_user, method="portal").actor == "client"


def test_the_newest_statement_about_a_purpose_counts_and_only_for_it(tomas: Client) -> None:
    say(tomas, True)
    say(tomas, True, purpose=Purpose.RECORD)
    say(tomas, False, now=LATER)

    assert not holds(tomas)
    assert holds(tomas, Purpose.RECORD)


def test_one_clients_yes_is_nobody_elses(tomas: Client) -> None:
    say(tomas, True)

    assert not holds(factories.make_client("Ruth Abelson"))


def test_saying_the_same_again_adds_nothing_but_saying_it_another_way_does(tomas: Client) -> None:
    first = say(tomas, True)

    assert say(tomas, True, now=LATER) == first
    assert say(tomas, True, now=LATER, method="written") != first


def test_a_statement_can_neither_be_changed_nor_deleted(tomas: Client) -> None:
    said = say(tomas, True)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Consent.objects.filter(pk=said.pk).update(given=False)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Consent.objects.filter(pk=said.pk)._raw_delete(using="default")


# --- Wordings -------------------------------------------------------------------------------------------


def test_a_yes_to_earlier_words_is_asked_again(tomas: Client, settings: Settings) -> None:
    say(tomas, True)
    settings.COMPANION_MODEL = "anthropic:some-model"
    standing = standings_of(tomas)[Purpose.AI_PROCESSING]

    assert (standing.given, standing.said_yes, standing.is_asked_again) == (False, True, True)
    assert "Anthropic, which is sent the words" in standing.wording.text
    with pytest.raises(NoConsentError, match="has to be asked again because who reads the words has changed"):
        consents.require(client=tomas, purpose=Purpose.AI_PROCESSING)

    say(tomas, True, now=LATER)
    assert holds(tomas)


def test_a_no_is_not_asked_again(tomas: Client, settings: Settings) -> None:
    say(tomas, False)
    settings.COMPANION_MODEL = "mistral:some-model"

    assert not standings_of(tomas)[Purpose.AI_PROCESSING].is_asked_again


@pytest.mark.parametrize("purpose", Purpose)
def test_every_wording_fits_its_columns_and_says_whom_it_is_about(purpose: Purpose) -> None:
    wording = words.wording(purpose)

    assert len(wording.version) <= Consent._meta.get_field("version").max_length  # type: ignore[operator]
    assert {"my", "our"} & set(wording.text.lower().split())
    assert all([wording.title, wording.deed, wording.asked_again])


# --- The gate -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", Purpose)
def test_the_gate_opens_for_the_purpose_that_was_agreed_to(tomas: Client, purpose: Purpose) -> None:
    for other in set(Purpose) - {purpose}:
        say(tomas, True, purpose=other)

    with pytest.raises(NoConsentError, match="Tomás has not been asked about") as refused:
        consents.require(client=tomas, purpose=purpose)
    assert refused.value.purpose == purpose

    say(tomas, True, purpose=purpose)
    consents.require(client=tomas, purpose=purpose)


def test_no_withdrawal_comes_in_while_somebody_reads(committed: None) -> None:
    coach = factories.make_coach()
    with tenant(coach.pk):
        tomas = factories.make_client()
        say(tomas, True)
    taken = f"SELECT 1 FROM coaching_client WHERE id = '{tomas.pk}' FOR NO KEY UPDATE NOWAIT"

    with tenant(coach.pk):
        consents.require(client=tomas, purpose=Purpose.AI_PROCESSING)
        with pytest.raises(OperationalError, match="could not obtain lock"):
            connections["owner"].cursor().execute(taken)
    connections["owner"].cursor().execute(taken)


def test_the_gate_says_that_somebody_said_no(tomas: Client) -> None:
    say(tomas, False)

    with pytest.raises(NoConsentError, match="Tomás said no to AI reading the words of their sessions"):
        consents.require(client=tomas, purpose=Purpose.AI_PROCESSING)


def test_words_are_quoted_only_of_those_who_agreed(tomas: Client) -> None:
    assert not consents.may_quote(tomas)
    say(tomas, True, purpose=Purpose.QUOTES_IN_PREP)
    assert consents.may_quote(tomas)


# --- What follows a withdrawal --------------------------------------------------------------------------


class Reading:
    """An app that made things out of a client's words."""

    def __init__(self) -> None:
        self.stopped: list[Client] = []
        self.analyses = {"analysis,analyses": 3, "draft,drafts": 0}

    def stop(self, *, client: Client, now: datetime) -> None:
        self.stopped.append(client)

    def derived(self, client: Client) -> list[withdrawals.Derived]:
        return [withdrawals.Derived(what=what, count=count) for what, count in self.analyses.items()]

    def delete(self, *, client: Client, by: User, now: datetime) -> None:
        self.analyses.clear()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    reading = Reading()
    monkeypatch.setattr(withdrawals, "_followers", {purpose: [] for purpose in Purpose})
    for _ in range(2):
        withdrawals.on_withdrawal(
            Purpose.AI_PROCESSING, stop=reading.stop, derived=reading.derived, delete=reading.delete
        )
    return reading


def test_a_no_stops_the_work_that_rests_on_it_once(tomas: Client, reading: Reading) -> None:
    say(tomas, True)
    say(tomas, False, purpose=Purpose.RECORD)
    assert reading.stopped == []

    say(tomas, False, now=LATER)
    assert reading.stopped == [tomas]


def test_what_was_derived_is_listed_and_goes_when_asked(tomas: Client, reading: Reading) -> None:
    found = withdrawals.derived_from(Purpose.AI_PROCESSING, client=tomas)
    assert [(each.count, each.noun) for each in found] == [(3, "analyses")]

    consents.delete_derived(client=tomas, purpose=Purpose.AI_PROCESSING, by=tomas.coach.user, now=LATER)
    assert withdrawals.derived_from(Purpose.AI_PROCESSING, client=tomas) == []


# --- The words of a session -----------------------------------------------------------------------------


def test_the_words_of_a_session_are_handed_to_ai_only_with_consent(tomas: Client) -> None:
    session = factories.make_session(tomas, NOON)
    make_transcript(session, [("coach", "What next?"), ("client", "I will tell Rui.")])
    say(tomas, True, purpose=Purpose.RECORD)

    with pytest.raises(NoConsentError, match="AI reading the words"):
        words_for_ai(session)
    say(tomas, True)
    assert [(each.speaker.role, each.text) for each in words_for_ai(session)] == [
        ("coach", "What next?"),
        ("client", "I will tell Rui."),
    ]
    say(tomas, False, now=LATER)
    with pytest.raises(NoConsentError, match="said no"):
        words_for_ai(session)


def test_another_sessions_words_are_not_handed_over(tomas: Client) -> None:
    first, second = (factories.make_session(tomas, NOON + timedelta(days=n)) for n in range(2))
    make_transcript(first, [("client", "Not this.")])
    say(tomas, True)

    assert words_for_ai(second) == []
