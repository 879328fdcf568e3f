"""What a turn may do once somebody else's words are in it."""

from typing import Any

import pytest

from coaching.models import CoachingProfile
from companion.engine.capabilities import Taint
from companion.models import (
    CompanionMemory,
    Conversation,
    Message,
    PersonalityVersion,
    Proposal,
    Turn,
)
from tests.fakes.attempts import (
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
