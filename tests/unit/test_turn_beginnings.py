"""What a turn knows when it begins, byte for byte."""

from datetime import timedelta

import pytest

from coaching.models import CoachingProfile
from companion.actions import histories, proposals
from companion.engine.capabilities import Taint
from companion.models import (
    CompanionMemory,
    Conversation,
    Message,
    Proposal,
    Turn,
)
from tests import factories
from tests.fakes.attempts import (
    FACT,
    NOON,
    SOUL,
    answer,
    begin,
    fail,
    finish,
    foreign_fact,
    hold,
    on_the_wire,
    say,
)


def test_a_turn_begins_with_what_it_may_know(practice: CoachingProfile) -> None:
    factories.make_client("Tomás Ferreira", goal_summary="Speak up in the board")
    answer(say("Good morning"), "Good morning, Alice.")

    prompt = begin(say("How is Tomás?")).prompt

    assert "What matters for soul." in prompt.system
    assert "Tomás Ferreira" in prompt.memory
    assert "Speak up in the board" in prompt.memory
    assert [each.reply for each in prompt.history] == ["Good morning, Alice."]
    assert prompt.current.endswith("How is Tomás?")
    assert "Tuesday 10 March 2026, 12:00 (Europe/Lisbon)" in prompt.current


def test_the_next_prompt_begins_with_the_bytes_of_this_one(practice: CoachingProfile) -> None:
    factories.make_client("Tomás Ferreira")
    said = ["Tomás drinks tea only.", "And he rides a bicycle.", "What does Tomás drink?", "Thank you."]
    before: list[str] = []
    for number, text in enumerate(said):
        now = NOON + timedelta(minutes=7 * number)
        work = begin(say(text), now=now)
        wire = on_the_wire(work.prompt)
        assert wire[: len(before)] == before, f"message {number} moved what stood before it"
        fact = {**FACT, "statement": text, "quote": text}
        finish(work, f"Answer {number}", now=now, memory_updates=[fact])
        before = [*wire, f"Answer {number}"]

    assert Message.objects.filter(role="coach").exclude(context_note="").count() == len(said)


def test_a_message_that_is_answered_between_two_others_keeps_its_place(practice: CoachingProfile) -> None:
    first, second, third = say("First"), say("Second"), say("Third")
    answer(first, "One")
    wire = on_the_wire(begin(second).prompt)
    fail(hold(second), retryable=False)
    Turn.objects.filter(pk=second.pk).update(status="queued", attempts=0)
    answer(second, "Two")

    assert on_the_wire(begin(third).prompt)[: len(wire)] == wire


def test_what_changed_is_told_again_when_the_attempt_that_was_told_failed(practice: CoachingProfile) -> None:
    answer(say("Good morning"), "Good morning.")
    factories.make_client("Noor Haddad")
    turn = say("Who is new?")
    first = begin(turn)
    fail(first.lease)

    second = begin(turn)

    assert "now: Noor Haddad" in first.note
    assert "now: Noor Haddad" in second.note
    finish(second)
    assert "Noor Haddad" not in begin(say("And now?")).note


def test_what_was_decided_is_told_again_when_the_message_that_was_told_failed(
    practice: CoachingProfile,
) -> None:
    answer(say("Please be kind"), personality_updates=[SOUL])
    proposals.confirm(
        proposal=Proposal.objects.get(), text="I am kind.", by=practice.user, now=NOON.replace(year=2999)
    )
    fail(begin(say("Did you see?")).lease, retryable=False)

    note = begin(say("And now?")).note

    assert "the coach confirmed your proposal “Soul”" in note


def test_an_overlong_history_is_folded_with_no_exchange_lost(
    practice: CoachingProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(histories, "HISTORY_TOKENS", 300)
    # All were said before the first was answered: numbers of messages and answers interleave.
    waiting = [say(f"Message {number}. " + "word " * 40) for number in range(8)]
    for number, turn in enumerate(waiting):
        answer(turn, f"Answer {number}.")

    prompt = begin(say("And now?")).prompt

    conversation = Conversation.objects.get()
    assert conversation.summary_until > 0
    for number in range(8):
        kept = f"Message {number}." in "".join(each.message for each in prompt.history)
        assert kept or f"Message {number}." in prompt.summary, f"exchange {number} is lost"


def test_taint_survives_folding(practice: CoachingProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign_fact()
    assert answer(say("What about marmalade?")).taint == Taint.CLIENT
    CompanionMemory.objects.all().delete()
    monkeypatch.setattr(histories, "HISTORY_TOKENS", 150)
    for number in range(4):
        answer(say(f"Message {number}. " + "word " * 40))

    work = begin(say("Please be kind"))

    assert "marmalade" not in "".join(each.message for each in work.prompt.history)
    assert work.grounds.rights.taint == Taint.CLIENT
