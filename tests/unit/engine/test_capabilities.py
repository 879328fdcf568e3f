"""What a turn may do is the table's to say, not the prompt's."""

import itertools

import pytest

from companion.engine.capabilities import (
    BOOTSTRAP_LAYERS,
    LAYERS,
    TOTAL_CAP,
    Capability,
    Rights,
    Taint,
    granted,
    layer_authority,
    worst,
)

BEHIND_THE_BOOTSTRAP = [
    Capability.PREPARE_SESSION,
    Capability.ANALYSE_CLIENT,
    Capability.PROPOSE_SCHEDULE,
    Capability.DRAFT_NUDGE,
]


@pytest.mark.parametrize("capability", BEHIND_THE_BOOTSTRAP)
@pytest.mark.parametrize(("taint", "bootstrap"), list(itertools.product(Taint, [True, False])))
def test_these_are_denied_before_the_unlock_with_a_reason(
    capability: Capability, taint: Taint, bootstrap: bool
) -> None:
    rights = Rights(unlocked=False, bootstrap=bootstrap, taint=taint)

    assert not rights.allow(capability)
    assert "once we have finished getting to know each other" in rights.why_not(capability)


@pytest.mark.parametrize("capability", BEHIND_THE_BOOTSTRAP)
def test_the_unlock_opens_them_for_the_coach(capability: Capability) -> None:
    assert Rights(unlocked=True, bootstrap=False, taint=Taint.COACH).allow(capability)


@pytest.mark.parametrize("taint", [Taint.CLIENT, Taint.DOCUMENT])
def test_words_of_others_take_away_every_change_to_the_companion_itself(taint: Taint) -> None:
    rights = granted(unlocked=True, bootstrap=False, taint=taint)

    assert rights.isdisjoint(
        {
            Capability.PROPOSE_PERSONALITY,
            Capability.WRITE_KNOWLEDGE,
            Capability.PROPOSE_SKILL,
            Capability.REMEMBER,
        }
    )
    assert {Capability.PROPOSE_SCHEDULE, Capability.DRAFT_NUDGE, Capability.PROPOSE_MEMORY} <= rights


def test_a_scheduled_run_changes_nothing_and_learns_nothing() -> None:
    assert granted(unlocked=True, bootstrap=False, taint=Taint.SYSTEM) == {
        Capability.SHOW,
        Capability.PREPARE_SESSION,
        Capability.ANALYSE_CLIENT,
        Capability.DRAFT_NUDGE,
    }


@pytest.mark.parametrize(("unlocked", "bootstrap"), list(itertools.product([True, False], repeat=2)))
def test_less_trusted_words_never_add_a_right_to_change_anything(unlocked: bool, bootstrap: bool) -> None:
    by_taint = [granted(unlocked=unlocked, bootstrap=bootstrap, taint=taint) for taint in Taint]

    for taint, rights in zip(Taint, by_taint, strict=True):
        extra = rights - by_taint[Taint.COACH]
        assert extra <= {Capability.PROPOSE_MEMORY}, taint


def test_a_context_is_as_trusted_as_its_worst_part() -> None:
    assert worst([Taint.COACH, Taint.CLIENT, Taint.SYSTEM]) is Taint.CLIENT
    assert worst([]) is Taint.COACH


def test_the_layers_have_their_caps_in_the_order_of_the_prompt() -> None:
    assert list(LAYERS.items()) == [
        ("soul", 2_000),
        ("identity", 800),
        ("coach_knowledge", 2_500),
        ("instructions", 1_700),
        ("environment", 750),
        ("client_persona", 750),
    ]
    assert sum(LAYERS.values()) == TOTAL_CAP


def test_in_a_bootstrap_every_text_is_a_proposal() -> None:
    assert {layer_authority(layer, bootstrap=True) for layer in LAYERS} == {"propose"}
    assert set(BOOTSTRAP_LAYERS) == {"soul", "identity", "coach_knowledge"}


def test_afterwards_some_are_written_and_some_are_the_coachs_alone() -> None:
    assert {layer: layer_authority(layer, bootstrap=False) for layer in LAYERS} == {
        "soul": "propose",
        "identity": "propose",
        "coach_knowledge": "write",
        "instructions": "coach_only",
        "environment": "coach_only",
        "client_persona": "write",
    }
