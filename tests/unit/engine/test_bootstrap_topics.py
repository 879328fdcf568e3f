"""The state machine of getting to know each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.engine import bootstrap as b
from tests.unit.engine.builders import asked

KEYS = [topic.key for topic in b.TOPICS]


def settle_all(result: str) -> tuple[b.TopicState, ...]:
    states = b.fresh()
    for key in KEYS:
        states = b.settle(states, key=key, result=result, quote=f"words on {key}")  # type: ignore[arg-type]
    return states


def test_it_begins_with_the_first_topic_and_nothing_to_propose() -> None:
    following = b.next_topic(b.fresh())

    assert following is not None
    assert following.key == "names"
    assert b.layers_ready_to_propose(b.fresh()) == ()


def test_an_asked_topic_stays_the_next_one_until_it_is_settled() -> None:
    states = asked(b.fresh(), "names")
    following = b.next_topic(states)

    assert following is not None
    assert following.key == "names"


def test_a_layer_is_ready_when_none_of_its_topics_is_left() -> None:
    states = b.settle(b.fresh(), key="names", result="answered", quote="Call me Ada")
    assert b.layers_ready_to_propose(states) == ()

    states = b.settle(states, key="voice", result="skipped")
    assert b.layers_ready_to_propose(states) == ("identity",)
    assert b.layers_ready_to_propose(states, proposed={"identity"}) == ()
    assert b.layers_ready_to_propose(states, confirmed={"identity"}) == ()


def test_skipping_everything_still_gives_each_layer_a_plain_text() -> None:
    states = settle_all("skipped")

    assert set(b.layers_ready_to_propose(states)) == {"identity", "soul", "coach_knowledge"}
    for layer in b.layers_ready_to_propose(states):
        assert len(b.starting_text(layer, states)) > 40


def test_a_text_stands_on_the_coachs_own_words() -> None:
    text = b.starting_text("soul", settle_all("answered"))

    for key in ("values", "candour", "boundaries"):
        assert f"“words on {key}”" in text
    assert "words on names" not in text


def test_an_answer_may_be_corrected() -> None:
    states = b.settle(b.fresh(), key="names", result="answered", quote="Call me Ada")
    states = b.settle(states, key="names", result="answered", quote="Call me Dr Marsh")

    assert states[0].quote == "Call me Dr Marsh"


def test_only_the_three_set_layers_make_it_complete() -> None:
    assert not b.is_complete({"identity", "soul"})
    assert not b.is_complete({"identity", "soul", "instructions"})
    assert b.is_complete({"identity", "soul", "coach_knowledge"})
    assert b.missing({"soul"}) == ("identity", "coach_knowledge")


def test_an_unknown_topic_is_an_error() -> None:
    with pytest.raises(b.UnknownTopicError, match="shoe_size"):
        b.settle(b.fresh(), key="shoe_size", result="answered", quote="44")


def test_the_note_tells_the_state_in_a_few_lines() -> None:
    states = b.settle(b.fresh(), key="names", result="answered", quote="Call me\nAda")
    states = b.settle(states, key="voice", result="skipped")
    state = b.Bootstrap(topics=asked(states, "values"))

    assert b.progress(state) == (
        "answered: names\nskipped: voice\nasked: values\nnext: values\n"
        "propose identity: \n- names: Call me Ada"
    )


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["answered", "skipped"]))))
def test_it_never_asks_for_what_is_settled(steps: list[tuple[str, str]]) -> None:
    states = b.fresh()
    for key, result in steps:
        states = b.settle(states, key=key, result=result, quote="words")  # type: ignore[arg-type]
    following = b.next_topic(states)

    settled = {key for key, _ in steps}
    assert (following.key if following else None) == next((key for key in KEYS if key not in settled), None)
