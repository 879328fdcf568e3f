"""Facts in words of others wait on a card, and keep whose words they are once the coach agrees."""

from typing import Any

import pytest

from coaching.models import Client, CoachingProfile
from companion.actions import proposals
from companion.actions.suggested_facts import UnfitFactError
from companion.engine.capabilities import Taint
from companion.models import ClientKnowledge, CompanionMemory, Proposal, Turn
from tests import factories
from tests.fakes.attempts import FACT, NOON, answer, begin, foreign_fact, refused, say

WORDS = "Paula loves long marmalade breakfasts."


@pytest.fixture
def client(practice: CoachingProfile) -> Client:
    return factories.make_client("Paula Rinaldi")


def wish(**changes: Any) -> dict[str, Any]:
    return {**FACT, "statement": "Breakfasts are long.", "quote": "long marmalade breakfasts", **changes}


def suggest(**changes: Any) -> Turn:
    return answer(say("What about marmalade?"), memory_updates=[wish(**changes)])


def confirm(text: str | None = None) -> Proposal:
    card = Proposal.objects.get(kind="memory", status="pending")
    user = card.coach.user
    return proposals.confirm(proposal=card, text=card.text if text is None else text, by=user, now=NOON)


def test_a_fact_in_a_clients_words_waits_for_the_coach(practice: CoachingProfile) -> None:
    source = foreign_fact(WORDS)

    turn = suggest()

    card = Proposal.objects.get()
    assert (card.kind, card.text, card.evidence) == (
        "memory",
        "Breakfasts are long.",
        ["long marmalade breakfasts"],
    )
    assert list(CompanionMemory.objects.all()) == [source]
    assert (refused(turn), turn.taint) == ([], Taint.CLIENT)


def test_once_the_coach_agrees_it_is_kept_with_whose_words_they_are(practice: CoachingProfile) -> None:
    source = foreign_fact(WORDS)
    CompanionMemory.objects.filter(pk=source.pk).update(source_id=practice.pk)
    suggest()

    confirm("Breakfasts are long and sweet.")

    fact = CompanionMemory.objects.exclude(pk=source.pk).get()
    assert (fact.statement, fact.quote) == ("Breakfasts are long and sweet.", "long marmalade breakfasts")
    assert (fact.source_kind, fact.source_id, fact.said_by) == ("client_message", practice.pk, "client")
    assert (fact.observed_at, fact.taint) == (source.observed_at, Taint.CLIENT)
    assert begin(say("And the breakfasts?")).grounds.rights.taint == Taint.CLIENT


def test_a_fact_about_a_client_is_kept_with_that_client(client: Client) -> None:
    foreign_fact(WORDS)
    suggest(about="client", client_ref=client.pk.hex[-8:])

    confirm()

    assert ClientKnowledge.objects.get().client_id == client.pk


def test_a_fact_in_the_coachs_own_words_waits_too_while_words_of_others_are_in_view(
    practice: CoachingProfile,
) -> None:
    foreign_fact(WORDS)
    turn = say("Marmalade for Paula, fine. And I never work on Fridays.")

    answer(turn, memory_updates=[wish(statement="Never works on Fridays.", quote="I never work on Fridays")])
    card = confirm()

    fact = CompanionMemory.objects.get(statement="Never works on Fridays.")
    message = turn.messages.get(role="coach")
    assert (fact.said_by, fact.source_kind, fact.source_id) == ("coach", "coach_message", message.pk)
    assert (fact.turn_id, card.status) == (turn.pk, "confirmed")


def test_what_the_coach_did_not_state_waits_even_when_nobody_else_spoke(practice: CoachingProfile) -> None:
    said = "Prepare me for Paula."

    answer(say(said), memory_updates=[wish(statement="Sends every note to Paula's brother.", quote=said)])

    assert not CompanionMemory.objects.exists()
    assert Proposal.objects.get().kind == "memory"


def test_forgetting_waits_too(practice: CoachingProfile) -> None:
    source = foreign_fact(WORDS)

    suggest(action="forget", statement=WORDS)

    card = Proposal.objects.get()
    assert (card.text, card.title) == ("", WORDS)
    assert CompanionMemory.objects.current().get() == source
    confirm()
    assert not CompanionMemory.objects.current().exists()


def test_the_same_fact_is_put_before_the_coach_once(practice: CoachingProfile) -> None:
    foreign_fact(WORDS)

    suggest()
    suggest()
    confirm()
    suggest()

    assert Proposal.objects.count() == 1


def test_an_unknown_fact_needs_no_forgetting(practice: CoachingProfile) -> None:
    foreign_fact(WORDS)

    suggest(action="forget", statement="Tom sings in a choir.")

    assert not Proposal.objects.exists()


def test_a_statement_that_no_row_can_hold_is_refused_with_its_length(practice: CoachingProfile) -> None:
    foreign_fact(WORDS)
    suggest()

    with pytest.raises(UnfitFactError, match="this one has 600"):
        confirm("x" * 600)


def test_a_card_that_is_dismissed_leaves_nothing(practice: CoachingProfile) -> None:
    source = foreign_fact(WORDS)
    suggest()

    proposals.dismiss(proposal=Proposal.objects.get(), by=practice.user, now=NOON)

    assert list(CompanionMemory.objects.all()) == [source]
