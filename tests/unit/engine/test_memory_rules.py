"""Memory is quoted; nothing that differs in a fact is taken for the same; recall explains itself."""

from datetime import timedelta

import pytest

from companion.engine import memory as m
from tests.unit.engine.builders import TODAY, fact


@pytest.mark.parametrize(
    "quote", ["sister in Leeds", "SISTER  in\nleeds", "it\u2019s “over”", 'it\'s "over"', "“sister in Leeds”"]
)
def test_a_quote_is_found_however_it_was_typed(quote: str) -> None:
    assert m.quote_found(quote, "My sister in Leeds said it's “over”.")


@pytest.mark.parametrize("quote", ["", "  ", "a", "brother in Leeds", "sister Leeds"])
def test_a_quote_that_is_not_there_is_not_found(quote: str) -> None:
    assert not m.quote_found(quote, "My sister in Leeds said a lot.")


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ("Maya has two children.", "Maya has two  children", "same"),
        ("Maya's team has 8 people.", "Maya's team has 5 people.", "updates"),
        ("Maya starts in May.", "Maya starts in June.", "updates"),
        ("She does not want the promotion.", "She does want the promotion.", "updates"),
        ("Her manager is Anna.", "Her manager is Peter.", "updates"),
        ("Tom runs every morning.", "Maya has two children.", "different"),
        ("Sessions are weekly.", "Sessions are monthly.", "updates"),
    ],
)
def test_sameness_respects_numbers_names_dates_and_negation(new: str, old: str, expected: str) -> None:
    assert m.compare(new, old) == expected


def test_what_the_message_speaks_of_comes_first() -> None:
    sister = fact("Maya has a sister in Leeds.", id="a", quote="")
    dog = fact("Tom walks his dog before work.", id="b", quote="", importance=5, observed_on=TODAY)

    ranked = m.rank([dog, sister], query="What about Maya's sister?", today=TODAY)

    assert [each.fact.id for each in ranked] == ["a", "b"]
    assert ranked[0].lexical > 0.5
    assert ranked[1].lexical == 0
    assert [each.fact.id for each in m.relevant(ranked)] == ["a"]


def test_among_equals_the_newer_and_the_more_important_win() -> None:
    facts = [
        fact("Plan A for the team.", id="old", observed_on=TODAY - timedelta(days=200)),
        fact("Plan B for the team.", id="new", observed_on=TODAY),
        fact("Plan C for the team.", id="vital", observed_on=TODAY, importance=5),
    ]

    ranked = m.rank(facts, query="plan for the team", today=TODAY)

    assert [each.fact.id for each in ranked] == ["vital", "new", "old"]


def test_one_word_that_many_facts_share_still_calls_them_up() -> None:
    facts = [fact(f"The coach drinks tea number {number}.", id=str(number), quote="") for number in range(40)]

    ranked = m.rank(facts, query="Which tea suits a marathon morning?", today=TODAY)

    assert len(m.relevant(ranked)) == len(facts)


def test_a_trigger_phrase_calls_a_fact_without_a_shared_word() -> None:
    allergy = fact("She cannot eat nuts.", quote="", triggers=("lunch",))

    [found] = m.relevant(m.rank([allergy], query="Where shall we have lunch?", today=TODAY))

    assert (found.trigger, found.lexical) == (1.0, 0.0)


def test_recency_halves_with_its_half_life() -> None:
    [recalled] = m.rank([fact(observed_on=TODAY - timedelta(days=45))], query="", today=TODAY)

    assert recalled.recency == pytest.approx(0.5)


def test_fitting_passes_over_what_is_too_long() -> None:
    facts = [fact("long " * 70, id="a"), fact("Short.", id="b", quote="")]
    ranked = m.rank(facts, query="long short", today=TODAY)

    assert [each.id for each in m.fit(ranked, budget=30)] == ["b"]
