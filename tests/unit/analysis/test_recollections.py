"""What sessions brought is told again only as client and coach allow, and is gone once it is forgotten."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coaching.actions import transcripts
from coaching.actions.consents import delete_derived
from coaching.consents import Purpose
from coaching.models import CoachingProfile, CoachingSession
from coaching.withdrawals import derived_from
from companion.actions import analysis, forgetting, intelligence, memory, proposals
from companion.actions.leases import Lease, OvertakenError
from companion.engine.analysis import rules
from companion.engine.analysis.parts import split
from companion.engine.analysis.verify import Verifier
from companion.engine.capabilities import Taint
from companion.engine.memory import Fact
from companion.engine.usage import Usage
from companion.models import (
    Claim,
    ClientKnowledge,
    Errand,
    Evidence,
    Message,
    Notification,
    SessionIntelligence,
    Turn,
)
from tests import factories
from tests.factories import NOON
from tests.fakes.attempts import answer, begin, finish, on_the_wire, say
from tests.fakes.talk import agree, ask_for_analysis, make_talk
from tests.invariants.catalogue import tables_with

LATER = NOON + timedelta(hours=2)
PROMISE = "I will talk with Nadia about the Friday meeting before next week"


@pytest.fixture
def session(in_tenant: CoachingProfile) -> CoachingSession:
    factories.unlock(in_tenant)
    session = make_talk()
    analysed(session)
    return session


def analysed(session: CoachingSession) -> None:
    errand = ask_for_analysis(session)
    Errand.objects.filter(pk=errand.pk).update(status="running", fence=1)
    held = Lease(errand.pk, session.coach_id, 1)
    plan = analysis.begin(held=held, model_name="offline", now=NOON)
    (part,) = split(plan.material.utterances)
    found = Verifier(plan.material).verify(rules.find(part.lines))
    analysis.keep(plan=plan, part=0, found=found, used=Usage(), done=1, now=NOON)
    analysis.finish(plan=plan, whole=analysis.whole(plan.material, {0: found}), old_way=True, new_way=True)


def promise(session: CoachingSession) -> Claim:
    claim: Claim = Claim.objects.of_session(session).of_kind(Claim.Kind.COMMITMENT).get(owner="client")
    return claim


def accept(claim: Claim) -> Claim:
    return intelligence.accept(claim=claim, by=claim.coach.user, now=NOON)


def recalled(session: CoachingSession) -> list[Fact]:
    clients = {session.client_id: session.client.name}
    found = memory.recall(words="Prepare Maya", clients=clients, now=LATER, time_zone="Europe/Lisbon")
    return [fact for fact in found if fact.source.startswith("session")]


def test_nothing_is_recalled_that_the_coach_has_not_let_stand(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    assert recalled(session) == []

    accept(promise(session))

    (fact,) = recalled(session)
    assert PROMISE in fact.quote
    assert (fact.taint, fact.said_by, fact.source) == (Taint.CLIENT, "client", "session, 9 March 2026")


def test_the_clients_words_are_told_only_if_they_agreed_to_being_quoted(session: CoachingSession) -> None:
    accept(promise(session))

    (fact,) = recalled(session)

    assert fact.quote == ""
    assert "Nadia" not in fact.statement


@pytest.mark.parametrize("text", ['She said "{}".', "«{}»", "{}", "Says “{}” often."])
def test_no_way_of_quoting_gets_past(session: CoachingSession, text: str) -> None:
    claim = promise(session)
    Claim.objects.filter(pk=claim.pk).update(text=text.format(PROMISE))
    accept(claim)

    (fact,) = recalled(session)

    assert "Nadia" not in fact.statement


def test_a_fact_from_a_session_is_told_without_its_words_unless_they_may_be_quoted(
    session: CoachingSession,
) -> None:
    keep_fact(session)
    silent = fact_told(session)
    agree(session.client, Purpose.QUOTES_IN_PREP)

    assert (silent.quote, silent.statement) == ("", "Maya Lindqvist: Works until nine.")
    assert fact_told(session).quote == "Then I work until nine"


def fact_told(session: CoachingSession) -> Fact:
    clients = {session.client_id: session.client.name}
    found = memory.recall(words="Prepare Maya", clients=clients, now=LATER, time_zone="Europe/Lisbon")
    return next(fact for fact in found if "until nine" in fact.statement)


def test_once_quoting_is_taken_back_no_prompt_holds_what_was_quoted_before(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    answer(say("Prepare Maya Lindqvist"), f"She said: “{PROMISE}”.", now=LATER)

    agree(session.client, Purpose.QUOTES_IN_PREP, given=False, now=LATER)

    prompt = begin(say("And what else about Maya Lindqvist?"), now=LATER).prompt
    told = prompt.system + prompt.memory + prompt.summary + prompt.current + str(prompt.history)
    assert "Nadia" not in told
    assert Claim.objects.standing().exists()


def test_nothing_is_recalled_once_consent_is_taken_back(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    agree(session.client, given=False, now=LATER)

    assert recalled(session) == []


def test_what_the_coach_rejected_or_wrote_anew_is_told_so(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    claim = promise(session)
    intelligence.edit(claim=claim, text="Will speak with Nadia.", by=claim.coach.user, now=NOON)
    assert "Will speak with Nadia." in recalled(session)[0].statement

    intelligence.reject(claim=claim, by=claim.coach.user, now=NOON)

    assert recalled(session) == []


def test_a_turn_that_recalls_a_session_may_do_less(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))

    work = begin(say("Prepare Maya Lindqvist"), now=LATER)

    assert work.grounds.rights.taint == Taint.CLIENT
    assert PROMISE in work.prompt.current
    assert PROMISE not in work.prompt.system + work.prompt.memory


def test_a_guess_that_nothing_was_said_to_for_long_is_not_recalled(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    claim = promise(session)
    Claim.objects.filter(pk=claim.pk).update(kind=Claim.Kind.HYPOTHESIS)
    accept(claim)
    assert recalled(session)

    CoachingSession.objects.filter(pk=session.pk).update(starts_at=NOON - timedelta(days=61))

    assert recalled(session) == []
    assert not Claim.objects.standing().current(now=LATER).exists()


def test_after_a_withdrawal_no_prompt_holds_what_was_recalled_before(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    answer(say("Prepare Maya Lindqvist"), f"She said: “{PROMISE}”.", now=LATER)

    agree(session.client, given=False, now=LATER)

    work = begin(say("And what else?"), now=LATER)
    prompt = work.prompt
    told = prompt.system + prompt.memory + prompt.summary + prompt.current + str(prompt.history)
    assert "Nadia" not in told
    assert work.grounds.rights.taint == Taint.COACH


def told_next(**how: Any) -> str:
    return "\n".join(on_the_wire(begin(say("And what else?"), now=LATER, **how).prompt))


def test_a_withdrawal_in_the_middle_of_an_answer_leaves_no_prompt_with_what_it_had_recalled(
    session: CoachingSession,
) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    work = begin(say("Prepare Maya Lindqvist"), now=LATER)
    assert "Nadia" in work.prompt.current

    agree(session.client, given=False, now=LATER)
    finish(work, f"She said: “{PROMISE}”.", now=LATER)

    assert "Nadia" not in told_next()
    assert not Message.objects.filter(context_note__contains="Nadia").exists()


def test_a_card_of_a_clients_words_that_is_decided_after_a_withdrawal_is_not_told_of(
    session: CoachingSession,
) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    turn = answer(say("Prepare Maya Lindqvist"), now=LATER)
    card = proposals.propose(kind="nudge", title="Nadia", text="Hi", turn=turn, now=LATER)
    agree(session.client, given=False, now=LATER)

    proposals.dismiss(proposal=card, by=session.coach.user, now=datetime.now(UTC))

    assert "Nadia" not in told_next()


def test_another_model_is_not_told_what_a_client_let_the_last_one_read(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    turn = answer(say("Prepare Maya Lindqvist"), f"She said: “{PROMISE}”.", now=LATER)
    card = proposals.propose(kind="nudge", title="Nadia", text="Hi", turn=turn, now=LATER)
    proposals.dismiss(proposal=card, by=session.coach.user, now=datetime.now(UTC))
    assert "Nadia" in told_next()

    Turn.objects.update(model_name="another")

    assert "Nadia" not in told_next()


def test_what_was_made_of_a_clients_words_is_listed_and_deleted_when_the_coach_says_so(
    session: CoachingSession,
) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    keep_fact(session)
    answer(say("Prepare Maya Lindqvist"), f"She said: “{PROMISE}”.", now=LATER)
    agree(session.client, given=False, now=LATER)
    kept = {
        each.what.split(",")[0]: each.count
        for each in derived_from(Purpose.AI_PROCESSING, client=session.client)
    }
    assert kept["session analysis"] == kept["fact from a session"] == 1

    delete_derived(client=session.client, purpose=Purpose.AI_PROCESSING, by=session.coach.user, now=LATER)

    assert derived_from(Purpose.AI_PROCESSING, client=session.client) == []
    assert not Claim.objects.exists()
    stored = "".join(f"{each.text}{each.context_note}" for each in Message.objects.all())
    assert "Nadia" not in stored
    assert "Prepare Maya Lindqvist" in stored


def test_a_session_is_forgotten_with_all_that_came_of_it_and_no_other(session: CoachingSession) -> None:
    other = make_talk(client=session.client, starts_at=NOON)
    analysed(other)
    keep_fact(session)

    forgetting.forget_session(session=session)

    assert list(SessionIntelligence.objects.values_list("session", flat=True)) == [other.pk]
    assert not ClientKnowledge.objects.exists()


def forget_transcript(session: CoachingSession) -> None:
    transcripts.delete(transcript=session.transcripts.get(), by=session.coach.user)


def test_a_clients_words_are_gone_from_everything_the_companion_has_said(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    said = f"She said: “{PROMISE}”."
    turn = answer(say("Prepare Maya Lindqvist"), said, notification={"title": said}, now=LATER)
    waiting, dismissed = (
        proposals.propose(kind="nudge", title=said, text=said, reason=said, turn=turn, now=LATER)
        for _ in range(2)
    )
    proposals.dismiss(proposal=dismissed, by=session.coach.user, now=LATER)
    stopped = say("Prepare her again")
    refused = [{"code": "cut", "what": "chat_message", "why": said, "target": ""}]
    Turn.objects.filter(pk=stopped.pk).update(
        status=Turn.Status.CANCELLED, partial_text=said[:40], refusals=refused
    )
    spread = {"companion_message", "companion_notification", "companion_proposal", "companion_turn"}
    assert tables_with("Nadia") > spread

    forget_transcript(session)

    assert tables_with("Nadia") == set()
    waiting.refresh_from_db()
    assert waiting.text.startswith("She said: “[words of a client, removed]")


def test_the_same_words_said_of_others_stay(session: CoachingSession) -> None:
    Evidence.objects.filter(pk=Evidence.objects.all()[0].pk).update(quote="I don't know")
    answer(say("Who is free?"), "I don't know, to be honest.", now=LATER)

    forget_transcript(session)

    assert Message.objects.filter(text="I don't know, to be honest.").exists()


def test_a_full_notice_has_room_for_the_mark(session: CoachingSession) -> None:
    Evidence.objects.filter(pk=Evidence.objects.all()[0].pk).update(quote="I don't know")
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    full = {"title": "Maya", "text": ("I don't know " + "whether " * 30)[:230]}
    answer(say("Prepare Maya Lindqvist"), notification=full, now=LATER)
    assert len(Notification.objects.get().text) > 230

    forget_transcript(session)

    assert "[words of a client, removed] whether" in Notification.objects.get().text


def test_an_answer_under_way_begins_again_without_the_words(session: CoachingSession) -> None:
    agree(session.client, Purpose.QUOTES_IN_PREP)
    accept(promise(session))
    under_way = begin(say("Prepare Maya Lindqvist"), now=LATER)

    forget_transcript(session)

    with pytest.raises(OvertakenError):
        finish(under_way, f"She said: “{PROMISE}”.")
    turn = Turn.objects.get()
    assert (turn.status, turn.attempts) == ("queued", 0)
    assert tables_with("Nadia") == set()


def test_with_a_transcript_goes_what_was_made_of_it(session: CoachingSession) -> None:
    forget_transcript(session)

    assert not Claim.objects.exists()


def test_a_decision_about_the_summary_is_told_in_it(session: CoachingSession) -> None:
    told = Claim.objects.of_session(session).of_kind(Claim.Kind.SUMMARY).in_reading_order()
    first = told[0]
    intelligence.edit(claim=first, text="In my words.", by=session.coach.user, now=NOON)
    assert SessionIntelligence.objects.get().summary.startswith("In my words.")

    intelligence.reject(claim=first, by=session.coach.user, now=NOON)
    assert "In my words." not in SessionIntelligence.objects.get().summary

    intelligence.reopen(claim=first)
    assert SessionIntelligence.objects.get().summary.startswith(first.text)


def keep_fact(session: CoachingSession) -> None:
    ClientKnowledge.objects.create(
        client=session.client,
        statement="Works until nine.",
        quote="Then I work until nine",
        source_kind=ClientKnowledge.Source.SESSION,
        source_id=session.pk,
        said_by="client",
        observed_at=NOON,
    )
