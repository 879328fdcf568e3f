"""Where a quotation stands, and what is no quotation at all."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from companion.engine.analysis.material import Utterance
from companion.engine.analysis.quotes import SHORTEST, Finder, Found
from companion.engine.words import normal

TEXT = "I don\u2019t want to go back to  how it was in March. It isn't that bad, I guess."
OTHER = "So we said: one step at a time."


def finder(*texts: str) -> Finder:
    return Finder(Utterance(number=n, role="client", text=text) for n, text in enumerate(texts, start=1))


def words_of(found: Found | None) -> str | None:
    return found.words if found else None


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("go back to how it was", "don\u2019t want to go back to  how it was"),
        ("HOW IT WAS in march", "how it was in March"),
        ("I don't want to go back", "I don\u2019t want to go back"),
        ("“It isn\u2019t that bad, I guess.”", "It isn't that bad, I guess"),
        ("how it was in Ma", "how it was in March"),
    ],
)
def test_a_quotation_is_given_back_in_the_speakers_own_words(quote: str, words: str) -> None:
    assert words_of(finder(TEXT, OTHER).find(quote, number=1)) == words


@pytest.mark.parametrize(
    "quote",
    [
        "I want to go back to how it was",
        "how it was in April",
        "it was",
        "",
        "…",
        "how it was … that bad",
        "how it was in March. It isn't that good",
    ],
)
def test_what_nobody_said_is_not_found(quote: str) -> None:
    assert finder(TEXT, OTHER).find(quote, number=1) is None


def test_a_quotation_is_never_cut_off_behind_a_no() -> None:
    found = finder("I never said that I would leave him.").find("said that I would leave him", number=1)

    assert words_of(found) == "never said that I would leave him"


def test_a_no_of_the_sentence_before_is_left_there() -> None:
    found = finder("No. I would like to stay for now.").find("would like to stay", number=1)

    assert words_of(found) == "would like to stay"


def test_half_a_word_is_no_quotation_of_the_half() -> None:
    assert words_of(finder("I was unable to sleep.").find("able to sleep", number=1)) == "unable to sleep"


def test_a_short_answer_counts_only_whole() -> None:
    talk = finder("Yes.", "Yes, but only on Mondays.")

    assert words_of(talk.find("yes", number=1)) == "Yes"
    assert talk.find("yes", number=2) is None


def test_the_wrong_number_is_put_right_when_only_one_other_utterance_holds_the_words() -> None:
    found = finder(TEXT, OTHER, "Hello again.").find("one step at a time", number=3)

    assert found
    assert (found.number, found.words) == (2, "one step at a time")


def test_words_that_several_others_hold_are_nobodys() -> None:
    assert finder("Hello.", OTHER, OTHER).find("one step at a time", number=1) is None
    assert finder("Hello.", OTHER, OTHER).find("one step at a time", number=99) is None


def test_places_are_counted_in_code_points() -> None:
    text = "😀😀 Ich weiß e\u0301s nicht genau."
    found = finder(text).find("WEISS ÉS NICHT GENAU", number=1)

    assert found
    assert text[found.start : found.end] == found.words == "weiß e\u0301s nicht genau"


def test_invisible_characters_hide_no_words() -> None:
    assert finder("I will\u200b call\u00ad her tomorrow").find("I will call her tomorrow", number=1)


MARKS = " .,-\u2026\u2018\u2019'\n"
spoken = st.text("abcD\u00e9\u0301 .,\u2019'\n", min_size=30, max_size=60)


@given(spoken, st.data())
def test_every_stretch_of_what_was_said_is_found_letter_for_letter(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, 10))
    quote = text[start : data.draw(st.integers(25, len(text)))].strip(MARKS)
    # An accent over a space counts as one character with it.
    assume(len(normal(quote).replace(" \u0301", "\u0301")) >= SHORTEST and not quote.startswith("\u0301"))
    assume(not text.split(quote, 1)[1].startswith("\u0301"))

    found = finder("z", text).find(quote, number=2)

    assert found
    assert text[found.start : found.end] == found.words
    assert normal(quote) in normal(found.words)


@given(spoken, spoken)
def test_nothing_is_found_that_was_not_said(quote: str, text: str) -> None:
    wanted = normal(quote.strip(MARKS))
    assume(wanted not in normal(text))

    assert finder(text).find(quote, number=1) is None
