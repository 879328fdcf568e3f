"""What a turn may do once somebody else's words are in it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from coaching.models import CoachingProfile
from companion.actions import bootstrapping, histories, interactions, proposals
from companion.engine.capabilities import Taint
from companion.models import (
    BootstrapTopic,
    CompanionMemory,
    Conversation,
    Message,
    PersonalityVersion,
    Proposal,
    Turn,
)
from tests.fakes.attempts import (
    NOON,
    SOUL,
    answer,
    answers,
    begin,
    finish,
    foreign_fact,
    on_the_wire,
    refused,
    say,
)


def test_a_tainted_request_is_redone_by_a_turn_that_sees_nothing_tainted(practice: CoachingProfile) -> None:
    foreign_fact()
    answer(say("What did Paula say about marmalade?"), "She loves it.")
    asked = answer(
        say("Please be kind when marmalade comes up."),
        "I will draft it.",
        personality_updates=[SOUL],
    )
    assert (asked.taint, refused(asked)) == (Taint.CLIENT, [("needs_clean_turn", "personality_updates")])
    assert not Proposal.objects.exists()

    clean = Turn.objects.get(kind="clean")
    work = begin(clean)

    assert (clean.clean_of_id, clean.status, clean.number) == (asked.pk, "running", asked.number + 2)
    wire = "\n".join(on_the_wire(work.prompt))
    assert "Paula" not in wire
    assert "She loves it." not in wire
    assert work.prompt.current.endswith("Please be kind when marmalade comes up.")
    assert work.grounds.rights.taint == Taint.COACH
    finish(work, "Here it is.", personality_updates=[SOUL])
    assert Proposal.objects.get().turn_id == clean.pk
    assert answers()[-1] == "Here it is."


def test_a_clean_turn_is_announced_and_leaves_the_thread_as_it_was(practice: CoachingProfile) -> None:
    foreign_fact()
    told = finish(begin(say("Be kind about marmalade")), personality_updates=[SOUL])
    clean = Turn.objects.get(kind="clean")
    assert str(clean.pk) in [each.data.get("turn") for each in told]
    told_before = Conversation.objects.get().memory_told
    note = Message.objects.get(role="coach").context_note

    answer(clean, "Here it is.")

    assert Conversation.objects.get().memory_told == told_before
    assert Message.objects.get(role="coach").context_note == note
    assert "Here it is." not in "".join(on_the_wire(begin(say("Thanks")).prompt))


@pytest.mark.parametrize("layer", ["soul", "identity", "coach_knowledge", "client_persona"])
def test_a_tainted_turn_writes_no_layer(practice: CoachingProfile, layer: str) -> None:
    foreign_fact()
    before = PersonalityVersion.objects.count()

    turn = answer(
        say("Marmalade, be kind"),
        personality_updates=[{**SOUL, "layer": layer}],
    )

    assert refused(turn) == [("needs_clean_turn", "personality_updates")]
    assert (PersonalityVersion.objects.count(), Proposal.objects.count()) == (before, 0)


def test_taint_stays_with_the_thread(practice: CoachingProfile) -> None:
    foreign_fact()
    answer(say("What about marmalade?"))
    CompanionMemory.objects.all().delete()

    assert begin(say("Anything else?")).grounds.rights.taint == Taint.CLIENT


def wishes() -> dict[str, Any]:
    return {
        "schedule_updates": [
            {"action": "create", "kind": "once", "name": "S", "when": "2026-05-01 09:00", "task": "t"}
        ],
        "skill_updates": [{"action": "create", "slug": "s", "body": "b", "reason": "r"}],
        "personality_updates": [SOUL],
    }


def test_a_tainted_schedule_becomes_a_card_and_nothing_more(practice: CoachingProfile) -> None:
    foreign_fact()

    turn = answer(say("Marmalade"), **wishes())

    assert [proposal.kind for proposal in Proposal.objects.all()] == ["schedule"]
    assert refused(turn) == [
        ("needs_clean_turn", "personality_updates"),
        ("needs_clean_turn", "skill_updates"),
    ]
    assert Turn.objects.filter(kind="clean").count() == 1


def test_an_answer_that_a_tainted_turn_put_ready_is_not_the_coachs_word(practice: CoachingProfile) -> None:
    foreign_fact()
    ready = {"kind": "choice", "prompt": "Go on?", "options": ["Yes, rewrite your soul", "No"]}
    asked = answer(say("What about marmalade?"), question=ready)
    words = interactions.answer(
        interaction=asked.interactions.get(), answer="Yes, rewrite your soul", now=NOON
    )

    pressed = answer(say(words.text, taint=words.taint), personality_updates=[SOUL])

    assert refused(pressed) == [("not_granted", "personality_updates")]
    assert "in your own words" in pressed.refusals[0]["why"]
    assert not Turn.objects.filter(kind="clean").exists()


@pytest.mark.parametrize("kind", ["yes_no", "rating", "quick_capture"])
def test_fixed_and_written_answers_are(practice: CoachingProfile, kind: str) -> None:
    foreign_fact()
    asked = answer(say("What about marmalade?"), question={"kind": kind, "prompt": "How is it?"})
    given = {"yes_no": "Yes", "rating": "7", "quick_capture": "Sweet."}[kind]

    words = interactions.answer(interaction=asked.interactions.get(), answer=given, now=NOON)

    assert words.taint == Taint.COACH


def test_a_clean_turn_asks_for_no_other(practice: CoachingProfile) -> None:
    foreign_fact()
    answer(say("Marmalade"), personality_updates=[SOUL])
    clean = Turn.objects.get(kind="clean")
    Message.objects.filter(role="coach").update(taint=Taint.CLIENT)

    answer(clean, personality_updates=[SOUL])

    assert Turn.objects.filter(kind="clean").count() == 1
    assert not Proposal.objects.exists()


def test_a_bootstrap_hears_nobody_but_the_coach(practice: CoachingProfile) -> None:
    foreign_fact()
    CompanionMemory.objects.update(importance=5)
    answer(say("What about marmalade?"), "She loves it.")
    bootstrapping.start_again(by=practice.user, now=NOON)

    work = begin(say("Marmalade matters most to me."))

    assert "Paula" not in "".join(on_the_wire(work.prompt))
    assert "She loves it." not in "".join(on_the_wire(work.prompt))
    assert work.grounds.rights.taint == Taint.COACH
    finish(work, topic_updates=[{"topic": "values", "result": "answered", "quote": "Marmalade"}])
    assert BootstrapTopic.objects.get(key="values").status == "answered"
    bootstrapping.leave(by=practice.user)
    assert begin(say("Anything else?")).grounds.rights.taint == Taint.CLIENT


def test_a_summary_is_as_trusted_as_the_worst_turn_in_it(
    practice: CoachingProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign_fact()
    answer(say("What about marmalade?"), "She loves it. " * 40)
    CompanionMemory.objects.all().delete()
    Conversation.objects.update(memory_text="", memory_told="", memory_taint=0)
    monkeypatch.setattr(histories, "HISTORY_TOKENS", 10)
    Turn.objects.create(conversation=Conversation.objects.get(), number=3, status="done", finished_at=NOON)
    answer(say("Good"), "Yes.")
    Turn.objects.filter(number__gt=2).update(taint=0)

    work = begin(say("Anything else?"))

    assert "She loves it." in work.prompt.summary
    assert work.grounds.rights.taint == Taint.CLIENT


def test_what_a_tainted_card_is_called_taints_the_turn_that_is_told_of_it(practice: CoachingProfile) -> None:
    first = answer(say("Good morning"))
    Turn.objects.filter(pk=first.pk).update(taint=Taint.CLIENT)
    proposals.dismiss(
        proposal=proposals.propose(kind="nudge", text="Hi", title="Hello", turn=first, now=NOON),
        by=practice.user,
        now=datetime.now(UTC),
    )
    Turn.objects.filter(pk=first.pk).update(taint=Taint.CLIENT)

    work = begin(say("And now?"))

    assert "your proposal “Hello”" in work.note
    assert work.grounds.rights.taint == Taint.CLIENT
