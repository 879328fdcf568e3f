"""Numbers, dates and names that a claim must not make up."""

import pytest

from companion.engine.analysis.particulars import particulars, unsupported


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The client walks 3 times a week.", {"3"}),
        ("The client walks three times a week.", {"3"}),
        ("The client is twenty-five and pays 1,200.50.", {"25", "1200.50"}),
        ("They meet at 9:30.", {"9:30", "9"}),
        ("The client calls on Friday, next week.", {"friday", "next week"}),
        ("They may march on.", set()),
        ("They meet in May or March.", {"may", "march"}),
        ("The client will talk with Nadia.", {"nadia"}),
        ("Nadia will be told.", {"nadia"}),
        ("The client is a runner. Zoltan knows.", {"zoltan"}),
        ("The client said that I'd know.", set()),
        ("The coach's question helped the client.", set()),
        ("Wants less work and more sleep", set()),
        ("iPhone notes help", {"iphone"}),
    ],
)
def test_what_must_be_borne_out_is_seen(text: str, found: set[str]) -> None:
    assert particulars(text) == found


def test_a_word_that_the_session_writes_small_is_nobodys_name() -> None:
    assert particulars("Struggling with sleep") == {"struggling"}
    assert particulars("Struggling with sleep", small=frozenset({"struggling"})) == set()


@pytest.mark.parametrize(
    ("text", "words", "missing"),
    [
        ("The client walks three times a week.", "I walk 3 times a week", set()),
        ("The client walks three times a week.", "I walk a lot", {"3"}),
        ("The client will see Nadia on Friday.", "I see nadia's boss friday", set()),
        ("The client will see Nadia on Friday.", "I see her on Monday", {"nadia", "friday"}),
        ("The client begins at nine.", "from 9:00 on", set()),
    ],
)
def test_only_words_that_hold_it_bear_it_out(text: str, words: str, missing: set[str]) -> None:
    assert unsupported(text, words=[words]) == missing
