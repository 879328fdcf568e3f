"""Skills: which ones a turn reads, and the file format."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.engine import skills as s
from companion.engine.response import Trigger
from companion.engine.tokens import estimate

SHIPPED = sorted((Path(__file__).parents[3] / "companion" / "skills").glob("*/SKILL.md"))
TRIGGERS: dict[str, tuple[Trigger, ...]] = {
    "client-reengagement": ("client_inactive",),
    "hypothesis-check": ("session_approaching", "session_complete"),
    "post-session-debrief": ("session_complete",),
    "session-prep": ("session_approaching",),
}


def skill(slug: str = "session-prep", **changes: object) -> s.Skill:
    given: dict[str, object] = {
        "id": slug,
        "slug": slug,
        "description": f"About {slug}",
        "body": "Do it.",
        "triggers": ("session_approaching",),
        "tokens": 500,
        "is_global": True,
    }
    return s.Skill(**(given | changes))  # type: ignore[arg-type]


def chosen(*skills: s.Skill, query: str = "") -> list[str]:
    return [each.id for each in s.choose(skills, triggers=["session_approaching"], query=query).active]


def test_the_coachs_own_version_beats_the_shipped_one() -> None:
    assert chosen(skill(), skill(id="fork", is_global=False)) == ["fork"]


def test_a_retired_skill_is_never_read_and_a_retired_fork_hides_the_shipped_one() -> None:
    assert chosen(skill(is_retired=True)) == []
    assert chosen(skill(), skill(id="fork", is_global=False, is_retired=True)) == []


def test_only_skills_for_the_trigger_are_read() -> None:
    assert chosen(skill("a"), skill("b", triggers=("session_complete",))) == ["a"]


def test_over_budget_the_relevant_stay_and_then_the_recently_used() -> None:
    recent = datetime(2026, 3, 1, tzinfo=UTC)
    skills = [
        skill("a", tokens=1_900),
        skill("b", tokens=1_900, last_used_at=recent),
        skill("c", tokens=1_900),
        skill("d", tokens=1_900, description="grief and loss"),
        skill("e", tokens=1_900, last_used_at=recent),
    ]

    picked = s.choose(skills, triggers=["session_approaching"], query="a session about grief")

    assert {"b", "d", "e"} <= {each.id for each in picked.active}
    assert sum(each.tokens for each in picked.active) <= 8_000
    assert len(picked.left_out) == 1


def test_a_skill_over_its_own_cap_is_left_out() -> None:
    picked = s.choose([skill(tokens=2_001)], triggers=["session_approaching"])

    assert (picked.active, len(picked.left_out)) == ((), 1)


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_same_choice_always_reads_the_same(order: list[str]) -> None:
    assert chosen(*(skill(each) for each in order)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_skill_is_in_order(path: Path) -> None:
    skill_file = s.parse(path.read_text(encoding="utf-8"))

    assert skill_file.name == path.parent.name
    assert skill_file.triggers == TRIGGERS[skill_file.name]
    assert s.faults(slug=skill_file.name, description=skill_file.description, body=skill_file.body) == []
    assert estimate(skill_file.body) < 900


def test_all_four_are_shipped() -> None:
    assert [path.parent.name for path in SHIPPED] == sorted(TRIGGERS)


def test_others_ways_of_writing_the_front_matter_are_read() -> None:
    head = "---\nname: x\n# a comment\ndescription: >-\n  One line,\n  and another.\nlicense: MIT\n---\n"
    text = f"{head}\nBody: text\n"

    skill_file = s.parse(text)

    assert (skill_file.description, skill_file.body) == ("One line, and another.", "Body: text")


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        "---\nname: x\n---\nbody",
        "---\nname: x\ndescription: d\nbody without an end",
        "---\nname: x\ndescription: d\nmetadata:\n  journeyloop.triggers: every_full_moon\n---\nbody",
        "---\njust words\n---\nbody",
    ],
)
def test_a_malformed_file_is_refused(text: str) -> None:
    with pytest.raises(s.SkillFormatError):
        s.parse(text)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "../etc"),
        ("slug", "Session Prep"),
        ("description", ""),
        ("body", "  "),
        ("body", "Look at https://example.test/x"),
        ("body", "<script>x</script>"),
        ("body", "word " * 2_100),
    ],
)
def test_what_a_skill_may_not_be_is_said_in_words(field: str, value: str) -> None:
    found = s.faults(**({"slug": "ok", "description": "Fine.", "body": "Do it."} | {field: value}))

    assert len(found) == 1
    assert found[0].endswith(".")
