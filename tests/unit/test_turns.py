"""The life of a turn: finished whole or not at all, stopped, failed, tried again."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from coaching.models import CoachingProfile
from companion.actions import effects, turns
from companion.actions.leases import ATTEMPTS, OvertakenError
from companion.engine.effects import Notify
from companion.engine.response import lenient
from companion.engine.usage import Usage
from companion.models import (
    CompanionContext,
    CompanionMemory,
    Conversation,
    Message,
    MicroInteraction,
    Notification,
    Proposal,
    Turn,
)
from tests import factories
from tests.fakes.attempts import (
    FACT,
    NOON,
    SOUL,
    answer,
    answers,
    begin,
    fail,
    finish,
    hold,
    refused,
    say,
)


def test_a_finished_turn_has_exactly_one_message_and_all_its_effects(practice: CoachingProfile) -> None:
    client = factories.make_client("Tomás Ferreira")
    turn = say("Remember that I never work on Fridays, and be kind.")

    told = finish(
        begin(turn),
        "I will.",
        memory_updates=[
            {**FACT, "statement": "Alice never works on Fridays.", "quote": "I never work on Fridays"}
        ],
        personality_updates=[SOUL],
        panel_updates=[{"panel": "main", "kind": "client", "ref": client.pk.hex[-8:]}],
        notification={"title": "Noted"},
        question={"kind": "yes_no", "prompt": "Shall I tell you on Thursdays?"},
    )

    turn.refresh_from_db()
    assert (turn.status, turn.lease_until, turn.partial_text, turn.refusals) == ("done", None, "", [])
    assert turn.finished_at is not None
    assert answers() == ["I will."]
    assert CompanionMemory.objects.get().quote == "I never work on Fridays"
    assert Proposal.objects.get().layer == "soul"
    assert MicroInteraction.objects.get().prompt == "Shall I tell you on Thursdays?"
    assert Notification.objects.get().text == "Noted"
    assert [each.event for each in told] == [
        "chat-message",
        "secondary-update",
        "secondary-update",
        "main-update",
        "notification",
    ]
    main = CompanionContext.objects.get()
    assert told[3].data == {
        "panel": "main",
        "kind": "client",
        "object": str(client.pk),
        "version": main.main_version,
    }


@pytest.mark.parametrize(
    ("kind", "beneath"), [("client", "client"), ("observations", "client"), ("calendar", "calendar")]
)
def test_a_page_is_told_to_browsers_and_its_matter_stays_in_the_panel_beneath(
    practice: CoachingProfile, kind: str, beneath: str
) -> None:
    client = factories.make_client("Tomás Ferreira")
    wish = {"panel": "page", "kind": kind, "ref": client.pk.hex[-8:]}
    told = finish(begin(say()), "Here.", panel_updates=[wish])

    [event] = [each for each in told if each.event == "main-update"]
    assert (event.data["panel"], event.data["kind"], event.data["object"]) == ("page", kind, str(client.pk))
    assert CompanionContext.objects.get().main_kind == beneath


def test_a_page_about_nobody_is_refused_in_words(practice: CoachingProfile) -> None:
    turn = answer(say(), "Look.", panel_updates=[{"panel": "page", "kind": "observations"}])

    assert refused(turn) == [("not_possible", "PagePush")]


def test_an_event_names_what_its_panel_really_shows(practice: CoachingProfile) -> None:
    shown = CompanionContext.objects.get().secondary_kind
    told = finish(begin(say("Please be kind.")), "I will.", personality_updates=[SOUL])

    assert [each.data["kind"] for each in told if each.event == "secondary-update"] == [shown]


def test_a_cancelled_attempt_finishes_nothing(practice: CoachingProfile) -> None:
    work = begin(say())
    turns.cancel(turn=Turn.objects.get(), now=NOON)

    with pytest.raises(OvertakenError):
        finish(work, notification={"title": "Noted"})

    assert (answers(), Notification.objects.count()) == ([], 0)


def test_an_effect_that_cannot_be_is_refused_alone(practice: CoachingProfile) -> None:
    turn = answer(
        say(),
        "Look.",
        panel_updates=[{"panel": "main", "kind": "client"}],
        notification={"title": "Still said"},
    )

    assert refused(turn) == [("not_possible", "PanelUpdate")]
    assert turn.refusals[0]["why"] == "I wanted to show something that I could not find."
    assert (answers(), Notification.objects.get().text) == (["Look."], "Still said")


def test_half_of_an_effect_that_is_refused_is_undone(
    practice: CoachingProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(effect: Notify, stage: effects.Stage) -> None:
        Notification.objects.create(text="half")
        raise effects.contexts.NothingToShowError("the other half")

    monkeypatch.setitem(effects._CARRY_OUT, Notify, half)

    turn = answer(say(), notification={"title": "Noted"})

    assert refused(turn) == [("not_possible", "Notify")]
    assert not Notification.objects.exists()


def test_an_unexpected_error_leaves_nothing_at_all(
    practice: CoachingProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(effect: Notify, stage: effects.Stage) -> None:
        raise ProtectedError("nobody expected this", set())

    monkeypatch.setitem(effects._CARRY_OUT, Notify, broken)
    turn = say("I never work on Fridays")
    work = begin(turn)
    fact = {**FACT, "statement": "Never on Fridays.", "quote": "I never work on Fridays"}

    with pytest.raises(ProtectedError), transaction.atomic():
        finish(work, "I will.", memory_updates=[fact], notification={"title": "Noted"})

    turn.refresh_from_db()
    assert (turn.status, answers(), CompanionMemory.objects.count()) == ("running", [], 0)
    assert Conversation.objects.get().last_number == turn.number
    assert Message.objects.get().context_note == ""


def test_refusals_are_kept_for_the_coach_to_read(practice: CoachingProfile) -> None:
    turn = answer(
        say("Do as you like"),
        personality_updates=[{**SOUL, "layer": "instructions"}],
        memory_updates=[{**FACT, "statement": "She loves tea.", "quote": "I love tea"}],
        nudge_drafts=[{"client_ref": "deadbeef", "subject": "Hello", "body": "Hi", "why": "why"}],
    )

    assert refused(turn) == [
        ("coach_only", "personality_updates"),
        ("quote_not_found", "memory_updates"),
        ("unknown_ref", "nudge_drafts"),
    ]
    assert all(refusal["why"] for refusal in turn.refusals)
    assert not Proposal.objects.exists()


def test_a_statement_that_no_row_can_hold_does_not_break_the_turn(practice: CoachingProfile) -> None:
    raw = {"chat_message": "Noted.", "memory_updates": [{**FACT, "statement": "x" * 550, "quote": "Fridays"}]}
    response, dropped = lenient(raw)
    turn = say("Fridays are for my garden")

    turns.finish(work=begin(turn), response=response, refusals=tuple(dropped), used=Usage(), now=NOON)

    turn.refresh_from_db()
    assert (turn.status, refused(turn)) == ("done", [("malformed", "memory_updates")])


def test_characters_that_no_row_can_hold_do_not_break_the_turn(practice: CoachingProfile) -> None:
    raw = r'{"chat_message": "Noted\u0000 \ud83d.", "notification": {"title": "No\u0000ted"}}'
    response, _ = lenient(raw)
    turn = say()

    turns.finish(work=begin(turn), response=response, refusals=(), used=Usage(), now=NOON)

    assert (answers(), Notification.objects.get().text) == (["Noted ."], "Noted")


@pytest.mark.parametrize("status", ["queued", "running"])
def test_an_unfinished_turn_can_be_stopped(practice: CoachingProfile, status: str) -> None:
    turn = factories.make_turn(status=status, fence=1)

    assert turns.cancel(turn=turn, now=NOON)
    assert (turn.status, turn.fence, turn.finished_at) == ("cancelled", 2, NOON)


@pytest.mark.parametrize("status", ["done", "failed", "cancelled"])
def test_a_finished_turn_stays_as_it_is(practice: CoachingProfile, status: str) -> None:
    turn = factories.make_turn(status=status, fence=1)

    assert not turns.cancel(turn=turn, now=NOON)
    assert (turn.status, turn.fence) == (status, 1)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failed_or_stopped_turn_can_be_asked_again(practice: CoachingProfile, status: str) -> None:
    turn = factories.make_turn(status=status, attempts=3, error_code="cut", error_words="…", partial_text="H")

    assert turns.retry(turn=turn)
    assert (turn.status, turn.attempts, turn.error_words, turn.partial_text) == ("queued", 0, "", "")
    assert answer(turn, "Here you are.").status == "done"


@pytest.mark.parametrize("status", ["queued", "running", "done"])
def test_other_turns_cannot_be_asked_again(practice: CoachingProfile, status: str) -> None:
    turn = factories.make_turn(status=status, attempts=1)

    assert not turns.retry(turn=turn)
    assert (turn.status, turn.attempts) == (status, 1)


def test_a_failed_turn_is_not_asked_again_once_something_else_was_said(practice: CoachingProfile) -> None:
    turn = factories.make_turn(status="failed")
    say("Never mind")

    assert not turns.retry(turn=turn)
    turn.refresh_from_db()
    assert turn.status == "failed"


def test_a_failed_attempt_goes_back_to_the_queue_with_growing_waits(practice: CoachingProfile) -> None:
    turn = say()

    first, second, last = [fail(hold(turn)).again_in for _ in range(ATTEMPTS)]

    turn.refresh_from_db()
    assert first is not None
    assert second is not None
    assert last is None
    assert turns.PATIENCE.waits[0] <= first <= turns.PATIENCE.waits[0] * 1.4
    assert turns.PATIENCE.waits[1] <= second <= turns.PATIENCE.waits[1] * 1.4
    assert (turn.status, turn.error_code, turn.error_words) == (
        "failed",
        "overloaded",
        "Very busy just now.",
    )


def test_a_failure_that_no_attempt_mends_ends_the_turn_at_once(practice: CoachingProfile) -> None:
    turn = say()

    failed = fail(hold(turn), retryable=False, code="refused_key", words="Our key was not accepted.")

    turn.refresh_from_db()
    assert (failed.again_in, turn.status, turn.error_words) == (None, "failed", "Our key was not accepted.")
    assert [each.data["turn"] for each in failed.told] == [str(turn.pk)]
    assert Message.objects.get().text == "Good morning", "what was typed is kept"


def test_a_provider_that_asks_for_patience_gets_it_up_to_a_limit(practice: CoachingProfile) -> None:
    turn = say()

    assert fail(hold(turn), asked_seconds=12.0).again_in == timedelta(seconds=12)
    assert fail(hold(turn), asked_seconds=300.0).again_in is None
    turn.refresh_from_db()
    assert turn.status == "failed"


def test_a_partial_text_is_kept_until_a_better_one_comes(practice: CoachingProfile) -> None:
    turn = say()
    fail(hold(turn), code="cut", partial_text="I would be")
    fail(hold(turn), code="overloaded")
    turn.refresh_from_db()
    assert turn.partial_text == "I would be"

    turns.checkpoint(lease=hold(turn), text="I would begin with")

    turn.refresh_from_db()
    assert turn.partial_text == "I would begin with"
    answer(turn, "I would begin with rest.")
    assert (turn.partial_text, answers()) == ("", ["I would begin with rest."])


def test_what_was_written_of_a_stopped_answer_is_left_to_read(practice: CoachingProfile) -> None:
    turn = say()
    lease = hold(turn)
    turns.cancel(turn=turn, now=NOON)

    told = turns.leave_words(lease=lease, text="I would begin")

    turn.refresh_from_db()
    assert (turn.status, turn.partial_text) == ("cancelled", "I would begin")
    assert [each.data["turn"] for each in told] == [str(turn.pk)]


@pytest.mark.parametrize("now_is", ["overtaken", "asked again", "done"])
def test_an_attempt_that_is_not_the_stopped_one_leaves_nothing(
    practice: CoachingProfile, now_is: str
) -> None:
    turn = say()
    lease = hold(turn)
    if now_is == "overtaken":
        hold(turn)
    elif now_is == "asked again":
        turns.cancel(turn=turn, now=NOON)
        turns.retry(turn=turn)
    else:
        turns.cancel(turn=turn, now=NOON)
        turns.retry(turn=turn)
        answer(turn)

    assert turns.leave_words(lease=lease, text="From the dead") == []

    turn.refresh_from_db()
    assert turn.partial_text == ""
