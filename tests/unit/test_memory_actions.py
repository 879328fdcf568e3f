"""Facts are kept with their words, replaced by newer ones, forgotten on request, and called to mind."""

from datetime import timedelta
from typing import Any

import pytest

from coaching.actions import consents
from coaching.consents import Purpose
from coaching.models import Client, CoachingProfile
from companion.actions import forgotten_facts, memory, provisioning
from companion.engine.capabilities import Taint
from companion.engine.memory import Fact
from companion.models import ClientKnowledge, CompanionContext, CompanionMemory
from journeyloop.tenancy import tenant
from journeyloop.tenancy.readings import Reading, read
from tests import factories
from tests.fakes.attempts import NOON, answer, begin, refused, say

FORGET = {"action": "forget"}


@pytest.fixture
def client(practice: CoachingProfile) -> Client:
    return factories.make_client("Tomás Ferreira")


def wish(statement: str, quote: str = "", client: Client | None = None, **fields: Any) -> dict[str, Any]:
    about = {"about": "client", "client_ref": client.pk.hex[-8:]} if client else {"about": "coach"}
    return {
        "action": "remember",
        "importance": 3,
        "statement": statement,
        "quote": quote or statement,
        **about,
        **fields,
    }


def tell(statement: str, quote: str = "", client: Client | None = None, **fields: Any) -> Any:
    """Say it and let the companion keep it."""
    said = quote or statement
    return answer(say(said), memory_updates=[wish(statement, quote, client, **fields)])


def made(statement: str, table: Any = CompanionMemory, **fields: Any) -> Any:
    """Make a fact of noon, which is not stored yet."""
    said = {"quote": statement, "source_kind": "coach_message", "said_by": "coach", "observed_at": NOON}
    return table(statement=statement, **said | fields)


def tell_many(table: Any, statement: str, **fields: Any) -> None:
    """Keep sixty newer facts that say nearly the same."""
    newer = {"observed_at": NOON + timedelta(days=1), **fields}
    table.objects.bulk_create(made(f"{statement}, {number}", table, **newer) for number in range(60))


def kept(table: Any = CompanionMemory) -> list[str]:
    return list(table.objects.current().order_by("created_at").values_list("statement", flat=True))


def recall(words: str, *clients: Client) -> tuple[Fact, ...]:
    return memory.recall(
        words=words,
        clients={client.pk: client.name for client in clients},
        now=NOON,
        time_zone="Europe/Lisbon",
    )


def statements(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.statement for fact in facts]


# --- keeping ---------------------------------------------------------------------------------------


def test_a_fact_is_kept_with_its_words_and_its_source(practice: CoachingProfile) -> None:
    turn = tell("Alice never works on Fridays.", "I never work on Fridays")

    fact = CompanionMemory.objects.get()
    message = turn.messages.get(role="coach")
    assert (fact.quote, fact.source_kind, fact.source_id) == (
        "I never work on Fridays",
        "coach_message",
        message.pk,
    )
    assert (fact.said_by, fact.observed_at, fact.turn_id) == ("coach", message.created_at, turn.pk)
    assert fact.taint == Taint.COACH


def test_a_fact_about_a_client_is_kept_with_that_client(client: Client) -> None:
    tell("He drinks tea only.", "Tomás drinks tea only", client)

    assert ClientKnowledge.objects.get().client_id == client.pk
    assert not CompanionMemory.objects.exists()


def test_words_that_the_coach_did_not_say_prove_nothing(practice: CoachingProfile) -> None:
    turn = answer(say("Good morning"), memory_updates=[wish("She loves tea.", "I love tea")])

    assert (refused(turn), kept()) == ([("quote_not_found", "memory_updates")], [])


def test_the_same_fact_is_not_kept_twice(practice: CoachingProfile) -> None:
    tell("Alice never works on Fridays.", "I never work on Fridays")

    tell("Alice never works on Fridays", "never work on Fridays")

    assert kept() == ["Alice never works on Fridays."]


def test_the_same_fact_is_found_however_many_others_there_are(practice: CoachingProfile) -> None:
    tell("Alice never works on Fridays.", "I never work on Fridays")
    CompanionMemory.objects.bulk_create(
        CompanionMemory(
            coach=practice,
            statement=f"Observation number {number} about the garden",
            quote="garden",
            source_kind="coach_message",
            said_by="coach",
            observed_at=NOON + timedelta(days=365),
        )
        for number in range(300)
    )

    tell("Alice never works on Fridays.", "never work on Fridays")

    assert CompanionMemory.objects.filter(statement__contains="Fridays").count() == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The fee is 90 euros a session", "The fee is 110 euros a session"),
        ("Alice works on Mondays", "Alice works on Tuesdays"),
        ("Alice works on Mondays", "Alice never works on Mondays"),
    ],
    ids=["number", "day", "negation"],
)
def test_a_newer_value_closes_the_older_one(practice: CoachingProfile, before: str, after: str) -> None:
    tell(before)

    tell(after)

    assert kept() == [after]
    older = CompanionMemory.objects.get(statement=before)
    assert older.superseded_by == CompanionMemory.objects.get(statement=after)
    assert older.valid_until == NOON


def test_different_facts_stand_beside_each_other(practice: CoachingProfile) -> None:
    tell("Alice works on Mondays")

    tell("Alice swims in the sea")

    assert kept() == ["Alice works on Mondays", "Alice swims in the sea"]


def test_the_same_words_about_two_clients_are_two_facts(client: Client) -> None:
    other = factories.make_client("Noor Haddad")

    tell("Drinks tea only", client=client)
    tell("Drinks tea only", client=other)

    assert ClientKnowledge.objects.current().count() == 2


# --- forgetting ------------------------------------------------------------------------------------


def test_the_coach_can_let_a_fact_be_closed_in_conversation(practice: CoachingProfile) -> None:
    tell("The fee is 90 euros a session")

    tell("The fee is 90 euros a session", "Forget the fee", **FORGET)

    assert kept() == []


def test_forgetting_removes_a_fact_and_all_that_it_replaced(practice: CoachingProfile) -> None:
    for fee in (70, 90, 110):
        tell(f"The fee is {fee} euros a session")
    tell("Alice swims in the sea")

    forgotten_facts.forget_fact(fact=CompanionMemory.objects.current().get(statement__contains="110"))

    left = CompanionMemory.objects.values_list("statement", flat=True)
    assert list(left) == ["Alice swims in the sea"]


# --- calling to mind -------------------------------------------------------------------------------


def test_any_one_word_calls_a_fact_to_mind(practice: CoachingProfile) -> None:
    tell("Alice never works on Fridays.", "I never work on Fridays")
    tell("The fee is 90 euros a session")

    assert statements(recall("Is there a session on Friday?"))[0] == "Alice never works on Fridays."
    assert statements(recall("What about my fees, by the way?")) == ["The fee is 90 euros a session"]
    assert recall("Good evening") == ()


def test_the_better_match_comes_first(practice: CoachingProfile) -> None:
    tell("Alice swims in the sea")
    tell("Alice swims in the lake on Sundays")

    assert statements(recall("Do I swim in the lake on Sunday?"))[0] == "Alice swims in the lake on Sundays"


def test_a_closed_fact_is_not_recalled(practice: CoachingProfile) -> None:
    tell("The fee is 90 euros a session")
    tell("The fee is 110 euros a session")

    assert statements(recall("What is the fee?")) == ["The fee is 110 euros a session"]


def test_a_named_client_brings_what_is_known_and_noted_about_them(client: Client) -> None:
    other = factories.make_client("Noor Haddad")
    tell("Drinks tea only", client=client)
    tell("Rides a bicycle", client=other)
    factories.make_note(client, "Came in with a list.")

    facts = recall("How is Tomás?", client)

    assert [fact.quote for fact in facts] == ["Came in with a list.", "Drinks tea only"]
    assert all(fact.statement.startswith("Tomás Ferreira: ") for fact in facts)


def test_an_old_small_fact_about_a_client_is_found_among_many(client: Client) -> None:
    tell("Plays the cello", client=client, importance=1)
    ClientKnowledge.objects.bulk_create(
        ClientKnowledge(
            coach_id=client.coach_id,
            client=client,
            statement=f"Observation number {number} about the office",
            quote="office",
            source_kind="coach_message",
            said_by="coach",
            observed_at=NOON,
            importance=5,
        )
        for number in range(60)
    )

    assert statements(recall("Does he play the cello?", client))[0] == "Tomás Ferreira: Plays the cello"


def test_the_oldest_fact_comes_first_where_it_alone_says_all_that_is_asked(practice: CoachingProfile) -> None:
    made("The workshop on delegation costs a deposit of 300 euros", coach=practice, importance=1).save()
    tell_many(CompanionMemory, "The workshop on hiring was booked", coach=practice)
    tell_many(CompanionMemory, "Delegation needs a deposit of trust", coach=practice)

    found = statements(recall("What was the deposit for the delegation workshop?"))

    assert found[0] == "The workshop on delegation costs a deposit of 300 euros"


def test_the_weightiest_of_each_client_is_recalled_however_much_is_known(client: Client) -> None:
    other = factories.make_client("Noor Haddad")
    for person, vital in ((client, "Is afraid of flying"), (other, "Has two children")):
        about = {"coach_id": client.coach_id, "client": person}
        made(vital, ClientKnowledge, importance=5, **about).save()
        tell_many(ClientKnowledge, "Looks at the garden", **about)

    found = statements(recall("Prepare both, please", client, other))

    assert {*found[:2]} == {"Tomás Ferreira: Is afraid of flying", "Noor Haddad: Has two children"}


def test_a_turn_recalls_the_client_that_its_message_names(client: Client) -> None:
    tell("Drinks tea only", client=client)

    assert "Drinks tea only" in begin(say("How is tomás these days?")).note
    assert "Drinks tea only" not in begin(say("How am I?")).note


def test_a_turn_recalls_the_client_whose_page_is_open(client: Client) -> None:
    tell("Drinks tea only", client=client)
    CompanionContext.objects.update(active_client=client)

    assert "Drinks tea only" in begin(say("How is he?")).note


def test_nothing_of_another_coach_is_recalled(coach: Any, stranger: Any) -> None:
    theirs = stranger.coaching_profile
    with tenant(theirs.pk):
        provisioning.provision(coach=theirs)
        tell("The secret fee is 900 euros")
        foreign = factories.make_client("Tomás Ferreira")
        tell("Drinks secret tea", client=foreign)
    with tenant(coach.coaching_profile.pk):
        assert recall("What is the secret fee?", foreign) == ()


@pytest.mark.parametrize("words", ["", "'", "a & !b | (c", "\\", "½ ² 一 \u02bc", ":*", "é " * 500, "🙂"])
def test_no_message_breaks_the_search(client: Client, words: str) -> None:
    tell("Drinks tea only", client=client)

    assert statements(recall(words, client)) == ["Tomás Ferreira: Drinks tea only"]


@pytest.mark.parametrize("reading", [memory._OWN, memory._SAID], ids=["own", "said"])
def test_words_are_taken_apart_once_and_not_for_each_fact(
    practice: CoachingProfile, reading: Reading
) -> None:
    sql = reading.statement.prepared.sql

    assert sql.count("to_tsquery(") == sql.count("(SELECT to_tsquery(") == 2


def test_recall_keeps_to_its_budget(practice: CoachingProfile) -> None:
    for number in range(40):
        tell(f"Tea number {number} comes from " + f"place{number} " * 30)

    facts = recall("Which tea?")

    assert 0 < len(facts) < 40
    assert sum(len(fact.statement) + len(fact.quote) for fact in facts) < memory.RECALL_TOKENS * 4


def test_the_weightiest_facts_open_every_thread(practice: CoachingProfile) -> None:
    tell("Alice never works on Fridays", importance=5)
    tell("Alice likes blue", importance=2)

    (rows,) = read(memory.PROFILE())
    profile = memory.profile(rows, time_zone="Europe/Lisbon")

    assert statements(profile) == ["Alice never works on Fridays"]


# --- a client's own words --------------------------------------------------------------------------


def say_so(client: Client, given: bool, *, days: int) -> None:
    consents.record(
        client=client,
        purpose=Purpose.AI_PROCESSING,
        given=given,
        method="said",
        by=client.coach.user,
        now=NOON + timedelta(days=days),
    )


def test_what_a_clients_words_brought_is_silent_once_they_took_consent_back(
    client: Client, settings: Any
) -> None:
    tell("He drinks tea only.", "Tomás drinks tea only", client)
    ClientKnowledge.objects.create(
        client=client,
        statement="He sleeps badly.",
        quote="I sleep badly",
        source_kind="session",
        said_by="client",
        observed_at=NOON,
    )
    both, own = {"He sleeps badly.", "He drinks tea only."}, {"He drinks tea only."}

    def recalled() -> set[str]:
        return {each.removeprefix("Tomás Ferreira: ") for each in statements(recall("tea, sleep", client))}

    say_so(client, True, days=0)
    assert recalled() == both
    say_so(client, False, days=1)
    assert recalled() == own
    say_so(client, True, days=2)
    assert recalled() == both
    settings.COMPANION_MODEL = "anthropic:some-model"
    assert recalled() == own
