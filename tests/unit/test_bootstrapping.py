"""Getting to know the coach: topics with their words, and the one moment when everything opens."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from coaching.models import CoachingProfile
from companion.actions import bootstrapping, proposals, provisioning
from companion.engine.bootstrap import TOPICS
from companion.models import (
    AuditEvent,
    BootstrapTopic,
    CompanionContext,
    CompanionPersonality,
    CompanionState,
    Message,
    PersonalityVersion,
    Proposal,
)
from journeyloop.tenancy import tenant
from tests import factories
from tests.fakes.attempts import NOON, SOUL, answer, begin, refused, say
from tests.fakes.parallel import at_once

LAYERS = ("identity", "soul", "coach_knowledge")


@pytest.fixture
def newcomer(in_tenant: CoachingProfile) -> CoachingProfile:
    """Alice's practice, whose companion does not know her yet."""
    provisioning.provision(coach=in_tenant)
    return in_tenant


def status() -> str:
    return CompanionState.objects.get().bootstrap_status


def topic(key: str) -> BootstrapTopic:
    found: BootstrapTopic = BootstrapTopic.objects.get(key=key)
    return found


def answered(key: str, quote: str) -> dict[str, Any]:
    return {"topic": key, "result": "answered", "quote": quote}


def text_of(layer: str) -> dict[str, Any]:
    return {"layer": layer, "text": f"Text of {layer}.", "reason": "What you told me.", "quote": ""}


def confirm_all(coach: CoachingProfile, *layers: str, now: datetime = NOON) -> None:
    answer(say("So be it"), personality_updates=[text_of(layer) for layer in layers])
    for proposal in Proposal.objects.pending():
        proposals.confirm(proposal=proposal, text=proposal.text, by=coach.user, now=now)


def deeds(deed: str) -> int:
    return AuditEvent.objects.filter(deed=deed).count()


def test_the_first_answer_begins_it_and_asks_the_first_topic(newcomer: CoachingProfile) -> None:
    assert status() == "not_started"

    answer(say("Hello"), "What may I call you?")

    assert status() == "in_progress"
    assert topic(TOPICS[0].key).status == "asked"
    assert set(BootstrapTopic.objects.exclude(key=TOPICS[0].key).values_list("status", flat=True)) == {"open"}


def test_an_answer_is_kept_with_the_coachs_own_words(newcomer: CoachingProfile) -> None:
    turn = answer(say("Call me Ali, and you are Robin."), topic_updates=[answered("names", "call me Ali")])

    names = topic("names")
    assert (names.status, names.quote) == ("answered", "call me Ali")
    assert names.message_id == turn.messages.get(role="coach").pk
    assert topic("voice").status == "asked"


def test_words_that_nobody_said_are_replaced_by_what_was_said(newcomer: CoachingProfile) -> None:
    answer(say("Call me Ali."), topic_updates=[answered("names", "Call me Your Highness")])

    assert topic("names").quote == "Call me Ali."


def test_an_answer_points_at_the_message_that_holds_it(newcomer: CoachingProfile) -> None:
    first = say("I never tell clients what to do.")
    answer(first, "Noted.")

    answer(say("As I said."), topic_updates=[answered("boundaries", "never tell clients what to do")])

    assert topic("boundaries").message_id == Message.objects.get(turn=first, role="coach").pk


def test_one_message_settles_several_topics_and_a_correction_wins(newcomer: CoachingProfile) -> None:
    answer(
        say("Call me Ali. Be brief."),
        topic_updates=[answered("names", "Call me Ali"), answered("voice", "Be brief")],
    )
    answer(say("Call me Alice after all."), topic_updates=[answered("names", "Call me Alice")])

    assert (topic("names").quote, topic("voice").quote) == ("Call me Alice", "Be brief")
    assert topic("values").status == "asked"


def test_a_topic_can_be_left_out_and_taken_up_again(newcomer: CoachingProfile) -> None:
    bootstrapping.skip_topic(key="names")
    assert topic("names").status == "skipped"

    bootstrapping.reopen_topic(key="names")

    assert topic("names").status == "open"


def test_a_topic_that_does_not_exist_is_refused(newcomer: CoachingProfile) -> None:
    turn = answer(say("Hello"), topic_updates=[answered("favourite_colour", "Hello")])

    assert refused(turn) == [("unknown_topic", "topic_updates")]


def test_a_layer_is_a_proposal_with_the_coachs_words_as_evidence(newcomer: CoachingProfile) -> None:
    answer(say("Always be kind."), topic_updates=[answered("values", "Always be kind")])
    answer(say("And say it straight."), topic_updates=[answered("candour", "say it straight")])

    answer(say("Never gossip."), personality_updates=[{**SOUL, "quote": "Never gossip"}])

    proposal = Proposal.objects.get()
    assert (proposal.layer, proposal.status, proposal.text) == ("soul", "pending", "I am kind.")
    assert proposal.evidence == ["Always be kind", "say it straight", "Never gossip"]
    assert CompanionPersonality.objects.get(layer="soul").text == ""


@pytest.mark.parametrize("layer", LAYERS)
def test_no_layer_is_written_without_the_coachs_yes(newcomer: CoachingProfile, layer: str) -> None:
    answer(say("be kind"), personality_updates=[{**SOUL, "layer": layer}])

    assert Proposal.objects.get().layer == layer
    assert not PersonalityVersion.objects.exists()


def test_confirming_with_edits_puts_the_edits_into_force(newcomer: CoachingProfile) -> None:
    answer(say("be kind"), personality_updates=[SOUL])

    decided = proposals.confirm(
        proposal=Proposal.objects.get(), text="I am kind and frank.", by=newcomer.user, now=NOON
    )

    soul = CompanionPersonality.objects.get(layer="soul")
    assert (soul.text, soul.version, decided.text) == ("I am kind and frank.", 1, "I am kind and frank.")
    version = PersonalityVersion.objects.get()
    assert (version.source, version.text) == ("bootstrap", "I am kind and frank.")


def test_the_third_layer_unlocks_everything_once(newcomer: CoachingProfile) -> None:
    confirm_all(newcomer, "identity", "soul")
    assert not bootstrapping.is_unlocked()

    confirm_all(newcomer, "coach_knowledge")

    state = CompanionState.objects.get()
    assert (state.capabilities_unlocked, state.unlocked_at, status()) == (True, NOON, "complete")
    assert CompanionContext.objects.get().mode == "idle"
    assert deeds("abilities.unlocked") == 1
    assert not bootstrapping.complete_if_ready(by=newcomer.user, now=NOON + timedelta(days=1))
    assert deeds("abilities.unlocked") == 1


def test_two_confirmations_at_once_unlock_once(committed: None) -> None:
    coach = factories.make_newcomer()
    with tenant(coach.pk):
        confirm_all(coach, "identity")
        answer(say("Both"), personality_updates=[text_of("soul"), text_of("coach_knowledge")])
        waiting = list(Proposal.objects.pending())

    def confirm(proposal: Proposal) -> None:
        with tenant(coach.pk):
            proposals.confirm(proposal=proposal, text=proposal.text, by=coach.user, now=NOON)

    assert at_once([partial(confirm, proposal) for proposal in waiting]) == [None, None]

    with tenant(coach.pk):
        assert bootstrapping.is_unlocked()
        assert deeds("abilities.unlocked") == 1


def test_it_can_be_left_in_the_middle_and_goes_on_where_it_was(newcomer: CoachingProfile) -> None:
    answer(say("Call me Ali."), topic_updates=[answered("names", "Call me Ali")])
    bootstrapping.leave(by=newcomer.user)
    assert status() == "in_progress", "nothing is unlocked by leaving"

    note = begin(say("Hello again")).note

    assert "answered: names" in note
    assert "next: voice" in note


def test_going_through_it_again_wipes_nothing(newcomer: CoachingProfile) -> None:
    confirm_all(newcomer, *LAYERS)
    before = list(CompanionPersonality.objects.order_by("layer").values_list("layer", "text", "version"))

    bootstrapping.start_again(by=newcomer.user, now=NOON + timedelta(days=1))

    assert bootstrapping.is_unlocked()
    assert status() == "in_progress"
    assert set(BootstrapTopic.objects.values_list("status", "quote")) == {("open", "")}
    after = list(CompanionPersonality.objects.order_by("layer").values_list("layer", "text", "version"))
    assert after == before
    assert CompanionContext.objects.get().mode == "bootstrap"
    assert deeds("bootstrap.started_again") == 1


def test_a_second_round_can_be_left_early(newcomer: CoachingProfile) -> None:
    confirm_all(newcomer, *LAYERS)
    bootstrapping.start_again(by=newcomer.user, now=NOON + timedelta(days=1))

    bootstrapping.leave(by=newcomer.user)

    assert (status(), CompanionContext.objects.get().mode) == ("complete", "idle")
    assert deeds("bootstrap.left") == 1


def test_a_second_round_ends_when_its_own_three_texts_are_confirmed(newcomer: CoachingProfile) -> None:
    confirm_all(newcomer, *LAYERS)
    later = NOON + timedelta(days=1)
    bootstrapping.start_again(by=newcomer.user, now=later)
    for each in TOPICS:
        bootstrapping.skip_topic(key=each.key)

    confirm_all(newcomer, "identity", "soul", now=later)
    assert status() == "in_progress"
    confirm_all(newcomer, "coach_knowledge", now=later)

    assert status() == "complete"
    assert deeds("abilities.unlocked") == 1


WISHES: dict[str, dict[str, Any]] = {
    "schedule_updates": {
        "schedule_updates": [
            {"action": "create", "kind": "once", "name": "S", "when": "2026-05-01 09:00", "task": "Prepare"}
        ]
    },
    "skill_updates": {
        "skill_updates": [{"action": "create", "slug": "mine", "body": "Do it.", "reason": "Asked."}]
    },
    "nudge_drafts": {"nudge_drafts": [{"client_ref": "", "subject": "Hi", "body": "Hi", "why": "Asked."}]},
    "context_hint": {"context_hint": {"mode": "pre_session"}},
}


@pytest.mark.parametrize("what", WISHES)
def test_before_it_is_over_code_refuses_the_rest(newcomer: CoachingProfile, what: str) -> None:
    client = factories.make_client()
    wish = WISHES[what]
    if what == "nudge_drafts":
        wish = {what: [{**wish[what][0], "client_ref": client.pk.hex[-8:]}]}

    turn = answer(say("Do it all at once, please"), **wish)

    assert refused(turn) == [("not_granted", what)]
    assert "once we have finished getting to know each other" in turn.refusals[0]["why"]
    assert not Proposal.objects.exists()
    assert CompanionContext.objects.get().mode == "bootstrap"


@pytest.mark.parametrize("what", WISHES)
def test_afterwards_the_same_wishes_are_granted(practice: CoachingProfile, what: str) -> None:
    client = factories.make_client()
    wish = WISHES[what]
    if what == "nudge_drafts":
        wish = {what: [{**wish[what][0], "client_ref": client.pk.hex[-8:]}]}

    assert refused(answer(say("Do it all at once, please"), **wish)) == []


def test_the_layers_that_come_later_are_not_proposed_yet(newcomer: CoachingProfile) -> None:
    turn = answer(say("be kind"), personality_updates=[{**SOUL, "layer": "client_persona"}])

    assert refused(turn) == [("not_now", "personality_updates")]
