"""What changed between two texts, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from companion.engine.diffs import WORDS_COMPARED, Segment, has_changes, words


def test_it_names_the_word_that_was_replaced() -> None:
    assert words("I tell her straight.", "I tell her plainly.") == (
        Segment("same", "I tell her "),
        Segment("removed", "straight"),
        Segment("added", "plainly"),
        Segment("same", "."),
    )


def test_words_that_changed_side_by_side_are_one_change() -> None:
    assert words("every second week here", "each other day here") == (
        Segment("removed", "every second week"),
        Segment("added", "each other day"),
        Segment("same", " here"),
    )


def test_the_same_text_has_no_changes() -> None:
    assert not has_changes(words("As before.", "As before."))
    assert has_changes(words("", "New."))


def test_a_very_long_text_is_compared_at_its_ends_only() -> None:
    middle = "word " * WORDS_COMPARED

    found = words(f"Begin {middle}here end", f"Begin other {middle}there end")

    assert [segment.kind for segment in found] == ["same", "removed", "added", "same"]
    assert (found[0].text, found[-1].text) == ("Begin ", " end")


texts = st.text(alphabet=st.sampled_from("ab .,\n"), max_size=60)


@given(before=texts, after=texts)
def test_the_segments_make_up_both_texts(before: str, after: str) -> None:
    found = words(before, after)

    assert "".join(segment.text for segment in found if segment.kind != "added") == before
    assert "".join(segment.text for segment in found if segment.kind != "removed") == after
