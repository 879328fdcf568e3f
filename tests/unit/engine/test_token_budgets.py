"""Budgets are exact near the cap and cheap far below it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.engine import tokens
from companion.engine.personality import check_budget, tidy
from companion.engine.tokens import OverBudgetError


def test_counting_is_that_of_the_encoding() -> None:
    assert tokens.estimate("Hello, world") == 3
    assert tokens.estimate("") == 0


@given(st.text(max_size=400))
def test_the_upper_bound_is_never_below_the_count(text: str) -> None:
    assert tokens.estimate(text) <= tokens.upper_bound(text)


def test_special_marks_are_counted_as_text() -> None:
    assert tokens.estimate("<|endoftext|>") > 1


def test_a_text_over_its_own_cap_is_refused_with_all_figures() -> None:
    with pytest.raises(OverBudgetError) as refused:
        check_budget(layer="identity", text="word " * 900, others={"soul": 1_000, "identity": 700})

    error = refused.value
    assert (error.layer, error.tokens, error.cap, error.total, error.total_cap) == (
        "identity",
        901,
        800,
        1_901,
        8_500,
    )
    assert str(error) == "identity has 901 tokens; it may have 800."


def test_the_sum_of_all_layers_has_a_cap_too() -> None:
    with pytest.raises(OverBudgetError, match="all together"):
        check_budget(layer="identity", text="word " * 700, others={"soul": 8_000})


def test_a_text_within_budget_gives_its_count() -> None:
    assert check_budget(layer="identity", text="word word") == 2


def test_a_layers_text_is_tidied_before_it_is_kept() -> None:
    assert tidy("  one  \r\ntwo\u200b \n\n") == "one\ntwo"


def test_without_the_encoding_it_says_what_to_do_and_never_asks_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    tokens._encoding.cache_clear()

    with pytest.raises(tokens.EncodingMissingError, match="TIKTOKEN_CACHE_DIR"):
        tokens.estimate("word")
