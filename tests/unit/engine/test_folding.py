"""The rolling summary folds seldom, by rule, and never loses the newest turns."""

from hypothesis import given
from hypothesis import strategies as st

from companion.engine.folding import SUMMARY_TOKENS, fold
from companion.engine.tokens import rough
from tests.unit.engine.builders import past

HISTORY = [
    past(f"Message {index}. More words. Is that so?", f"Reply {index}. And more.") for index in range(40)
]


def test_a_short_history_is_left_alone() -> None:
    plan = fold(HISTORY[:2], summary="- earlier", limit_tokens=1_000)

    assert (plan.folded, plan.summary) == (0, "- earlier")


def test_it_folds_to_half_the_limit_and_keeps_the_gist() -> None:
    plan = fold(HISTORY, summary="- earlier", limit_tokens=1_000)

    assert 20 < plan.folded < 39
    assert plan.summary.splitlines()[:2] == [
        "- earlier",
        "- Coach: Message 0. … Is that so? You: Reply 0.",
    ]


def test_what_is_folded_once_is_not_folded_again_at_the_next_message() -> None:
    plan = fold(HISTORY, limit_tokens=1_000)
    rest = [*HISTORY[plan.folded :], past("One more.", "Yes.")]

    assert fold(rest, summary=plan.summary, limit_tokens=1_000).folded == 0


@given(st.integers(min_value=1, max_value=3_000), st.integers(min_value=0, max_value=40))
def test_the_newest_turn_always_stays_and_the_summary_is_bounded(limit: int, size: int) -> None:
    plan = fold(HISTORY[:size], summary="- old\n" * 2_000, limit_tokens=limit)

    assert plan.folded == 0 or plan.folded < size
    if plan.folded:
        assert rough(plan.summary) <= SUMMARY_TOKENS * 1.1
