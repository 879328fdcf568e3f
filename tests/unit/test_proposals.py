"""What the companion suggests and only the coach's click does."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from coaching.models import CoachingProfile
from companion.actions import personality, proposals
from companion.actions.proposals import AlreadyDecidedError, StaleProposalError
from companion.actions.skills import UnfitSkillError
from companion.engine.tokens import OverBudgetError
from companion.models import (
    AuditEvent,
    CompanionPersonality,
    CompanionSchedule,
    CompanionSkill,
    PersonalityVersion,
    Proposal,
)
from journeyloop.tenancy import tenant
from tests import factories
from tests.fakes.attempts import NOON, SOUL, answer, begin, refused, say
from tests.fakes.parallel import at_once, meanwhile

SKILL = {
    "action": "create",
    "slug": "walks",
    "description": "How Alice runs walking sessions.",
    "triggers": ["message"],
    "body": "Begin outdoors.",
    "reason": "You asked.",
}


def soul() -> CompanionPersonality:
    found: CompanionPersonality = CompanionPersonality.objects.get(layer="soul")
    return found


def proposed(**wish: Any) -> Proposal:
    answer(say("be kind"), **(wish or {"personality_updates": [SOUL]}))
    found: Proposal = Proposal.objects.pending().get()
    return found


def confirm(coach: CoachingProfile, proposal: Proposal, text: str | None = None) -> Proposal:
    with transaction.atomic():
        return proposals.confirm(
            proposal=proposal, text=proposal.text if text is None else text, by=coach.user, now=NOON
        )


def test_a_proposal_says_what_it_was_written_against_and_why(practice: CoachingProfile) -> None:
    proposal = proposed()

    assert (proposal.layer, proposal.base_version, proposal.title) == ("soul", soul().version, "Soul")
    assert (proposal.reason, proposal.evidence) == ("You asked.", ["be kind"])


def test_confirming_changes_the_layer_and_is_audited(practice: CoachingProfile) -> None:
    proposal = proposed()

    decided = confirm(practice, proposal)

    assert (decided.status, decided.decided_at, soul().text) == ("confirmed", NOON, "I am kind.")
    assert PersonalityVersion.objects.filter(personality__layer="soul").first().source == "proposal"
    event = AuditEvent.objects.get(deed="proposal.confirmed")
    assert (event.by_id, event.object_id, event.detail) == (practice.user_id, proposal.pk, "layer")


def test_dismissing_changes_nothing_but_is_audited(practice: CoachingProfile) -> None:
    before = soul().text

    proposals.dismiss(proposal=proposed(), by=practice.user, now=NOON)

    assert (Proposal.objects.get().status, soul().text) == ("dismissed", before)
    assert AuditEvent.objects.filter(deed="proposal.dismissed").count() == 1


def test_what_is_decided_stays_decided(practice: CoachingProfile) -> None:
    proposal = proposed()
    confirm(practice, proposal)

    with pytest.raises(AlreadyDecidedError):
        confirm(practice, proposal)
    with pytest.raises(AlreadyDecidedError):
        proposals.dismiss(proposal=proposal, by=practice.user, now=NOON)


def test_a_layer_that_changed_since_makes_a_proposal_stale(practice: CoachingProfile) -> None:
    proposal = proposed()
    source = PersonalityVersion.Source.COACH
    personality.write_layer(layer="soul", text="My own words.", source=source, by=practice.user)

    with pytest.raises(StaleProposalError):
        confirm(practice, proposal)

    assert (Proposal.objects.get().status, soul().text) == ("pending", "My own words.")


def test_a_newer_proposal_for_a_layer_takes_the_place_of_the_waiting_one(practice: CoachingProfile) -> None:
    older = proposed()

    answer(say("be kinder"), personality_updates=[{**SOUL, "text": "I am kinder."}])

    assert Proposal.objects.pending().get().text == "I am kinder."
    with pytest.raises(AlreadyDecidedError):
        confirm(practice, older)


def test_an_edit_over_the_budget_gives_the_figures_and_leaves_all_as_it_was(
    practice: CoachingProfile,
) -> None:
    proposal, before = proposed(), soul().text

    with pytest.raises(OverBudgetError) as raised:
        confirm(practice, proposal, "word " * 2_500)

    assert (raised.value.cap, raised.value.total_cap) == (2_000, 8_500)
    assert raised.value.tokens > 2_000
    assert (Proposal.objects.get().status, soul().text) == ("pending", before)


def outcome_of(coach: CoachingProfile, act: Callable[[], object]) -> str:
    try:
        with tenant(coach.pk):
            act()
    except (AlreadyDecidedError, StaleProposalError) as error:
        return type(error).__name__
    return "won"


def test_of_many_confirmations_at_once_one_wins(committed: None) -> None:
    coach = factories.make_coach(unlocked=True)
    with tenant(coach.pk):
        proposal = proposed()

    acts = [partial(confirm, coach, proposal, f"Version {number}") for number in range(6)]
    outcomes = at_once([partial(outcome_of, coach, act) for act in acts])

    assert sorted(map(str, outcomes)) == ["AlreadyDecidedError"] * 5 + ["won"]
    with tenant(coach.pk):
        assert soul().version == 2
        assert AuditEvent.objects.filter(deed="proposal.confirmed").count() == 1


def test_a_confirmation_and_a_change_by_hand_at_once_lose_nothing(committed: None) -> None:
    coach = factories.make_coach(unlocked=True)
    with tenant(coach.pk):
        proposal = proposed()

    def by_hand() -> object:
        source = PersonalityVersion.Source.COACH
        return personality.write_layer(layer="soul", text="By hand.", source=source, by=coach.user)

    acts = [partial(confirm, coach, proposal), by_hand]
    outcomes = at_once([partial(outcome_of, coach, act) for act in acts])

    with tenant(coach.pk):
        texts = list(
            PersonalityVersion.objects.filter(personality__layer="soul").values_list("text", flat=True)
        )
    assert outcomes[1] == "won"
    assert outcomes[0] == ("won" if "I am kind." in texts else "StaleProposalError")
    assert texts[0] == "By hand.", "what the coach wrote themselves is not overwritten unseen"


def test_a_turn_that_proposes_and_a_confirmation_never_lock_each_other_out(committed: None) -> None:
    coach = factories.make_coach(unlocked=True)
    with tenant(coach.pk):
        proposal = proposed()

    with tenant(coach.pk):
        source = PersonalityVersion.Source.COMPANION
        personality.write_layer(layer="coach_knowledge", text="Mondays.", source=source, by=None)
        other = meanwhile(partial(outcome_of, coach, partial(confirm, coach, proposal)))
        proposals.propose(kind="layer", layer="soul", text="I am kinder.", turn=None, now=NOON)

    assert other.result(10) == "AlreadyDecidedError"
    with tenant(coach.pk):
        assert Proposal.objects.pending().get().text == "I am kinder."


def test_a_confirmed_skill_is_the_coachs_own(practice: CoachingProfile) -> None:
    proposal = proposed(skill_updates=[SKILL])

    confirm(practice, proposal)

    skill = CompanionSkill.objects.get(slug="walks")
    assert (skill.coach_id, skill.body, skill.version) == (practice.pk, "Begin outdoors.", 1)
    assert "Begin outdoors." in begin(say("Hello")).prompt.system


def test_changing_a_shared_skill_makes_a_fork_and_leaves_the_original(practice: CoachingProfile) -> None:
    original = CompanionSkill.objects.get(slug="session-prep")

    confirm(practice, proposed(skill_updates=[{**SKILL, "action": "edit", "slug": "session-prep"}]))

    fork = CompanionSkill.objects.get(slug="session-prep", coach=practice)
    assert (fork.parent_skill_id, fork.body) == (original.pk, "Begin outdoors.")
    original.refresh_from_db()
    assert original.body != fork.body


def test_a_fork_hides_its_original_even_with_other_triggers(practice: CoachingProfile) -> None:
    edit = {**SKILL, "action": "edit", "slug": "session-prep", "triggers": ["client_inactive"]}
    confirm(practice, proposed(skill_updates=[edit]))
    answer(say("Let us prepare"), context_hint={"mode": "pre_session"})

    assert "## Skill: session-prep" not in begin(say("Hello")).prompt.system


def test_retiring_a_shared_skill_puts_it_away_for_this_coach_only(
    practice: CoachingProfile,
) -> None:
    answer(say("Let us prepare"), context_hint={"mode": "pre_session"})
    assert "## Skill: session-prep" in begin(say("Hello")).prompt.system

    confirm(practice, proposed(skill_updates=[{**SKILL, "action": "retire", "slug": "session-prep"}]))

    assert "## Skill: session-prep" not in begin(say("Hello")).prompt.system
    assert CompanionSkill.objects.get(slug="session-prep", coach=None).retired_at is None


@pytest.mark.parametrize(
    ("body", "words"),
    [("See https://evil.example", "web addresses"), ("<img src=x>", "HTML"), ("word " * 1_950, "")],
    ids=["address", "html", "long but allowed"],
)
def test_a_skill_that_is_not_fit_is_not_saved(practice: CoachingProfile, body: str, words: str) -> None:
    proposal = proposed(skill_updates=[SKILL])

    if words:
        with pytest.raises(UnfitSkillError, match=words):
            confirm(practice, proposal, body)
        assert not CompanionSkill.objects.filter(slug="walks").exists()
    else:
        confirm(practice, proposal, body)


def test_all_skills_together_keep_their_budget(practice: CoachingProfile) -> None:
    for number in range(3):
        slug = f"long-{number}"
        confirm(practice, proposed(skill_updates=[{**SKILL, "slug": slug}]), "word " * 1_900)
    proposal = proposed(skill_updates=[{**SKILL, "slug": "one-too-many"}])

    with pytest.raises(OverBudgetError) as raised:
        confirm(practice, proposal, "word " * 1_900)

    assert raised.value.total > raised.value.total_cap == 8_000
    assert not CompanionSkill.objects.filter(slug="one-too-many").exists()


def test_a_hostile_model_gets_cards_and_refusals_and_nothing_else(practice: CoachingProfile) -> None:
    layers = ("soul", "identity", "instructions", "environment")
    before = list(CompanionPersonality.objects.order_by("layer").values_list("layer", "text", "version"))
    skills = CompanionSkill.objects.count()

    turn = answer(
        say("be kind"),
        personality_updates=[{**SOUL, "layer": layer, "text": "Obey me."} for layer in layers],
        skill_updates=[{**SKILL, "action": "retire", "slug": "session-prep"}],
        schedule_updates=[
            {"action": "create", "kind": "once", "name": "S", "when": "2026-05-01 09:00", "task": "Obey"}
        ],
    )

    assert refused(turn) == [("coach_only", "personality_updates")] * 2
    assert sorted(Proposal.objects.values_list("kind", "layer")) == [
        ("layer", "identity"),
        ("layer", "soul"),
        ("schedule", ""),
        ("skill", ""),
    ]
    after = list(CompanionPersonality.objects.order_by("layer").values_list("layer", "text", "version"))
    assert (after, CompanionSkill.objects.count()) == (before, skills)
    assert not CompanionSchedule.objects.exists()
