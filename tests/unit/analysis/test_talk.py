"""How a coach talked: vectors for everything that is counted."""

import pytest

from companion.engine.analysis.material import Utterance
from companion.engine.analysis.talk import count, questions, words_in
from tests.unit.analysis.builders import TALK, said


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What would you like to look at?", [True]),
        ("So, um, how was that for you?", [True]),
        ("Why?", [True]),
        ("Tell me more about that.", [True]),
        ("Okay. Say a little more.", [True]),
        ("Did you call her?", [False]),
        ("And is that okay?", [False]),
        ("You went there alone?", [False]),
        ("Where were you?", [False]),
        ("That is what I thought.", []),
        ("I hear how much it matters.", []),
        ("Can you? What comes first? Yes.", [False, True]),
        ("[chuckles]?", []),
    ],
)
def test_questions_are_told_from_statements_and_open_ones_from_closed(text: str, asked: list[bool]) -> None:
    assert questions(text) == asked


def test_words_are_counted_without_a_transcribers_remarks() -> None:
    assert words_in("Well [unintelligible 00:12:01] I don't know - [chuckles] really.") == 5


def test_a_whole_session_is_counted() -> None:
    talk = count(said(*TALK))

    assert (talk.coach_words, talk.client_words) == (53, 60)
    assert talk.coach_share == 53 / 113
    assert (talk.questions, talk.open_questions, talk.open_share) == (3, 3, 1.0)
    assert (talk.longest_turn_words, talk.longest_turn_number) == (18, 5)


def test_a_turn_lasts_until_somebody_else_speaks() -> None:
    spoken = said(
        ("coach", "one two"), ("coach", "three"), ("client", "four"), ("coach", "five six"), seconds=4
    )

    talk = count(spoken)

    assert (talk.longest_turn_words, talk.longest_turn_number, talk.longest_turn_ms) == (3, 1, 8_000)


def test_silences_are_counted_with_who_ended_them() -> None:
    spoken = (
        Utterance(number=1, role="coach", text="What now?", start_ms=0, end_ms=1_000),
        Utterance(number=2, role="client", text="I think", start_ms=6_000, end_ms=7_000),
        Utterance(number=3, role="coach", text="Yes?", start_ms=10_000, end_ms=11_000),
        Utterance(number=4, role="client", text="so", start_ms=13_999, end_ms=15_000),
    )

    talk = count(spoken)

    assert (talk.silences, talk.longest_silence_ms, talk.silences_ended_by_coach) == (2, 5_000, 1)


def test_what_cannot_be_counted_is_not_known() -> None:
    without_times = count(said(("client", "Hello.")))
    nothing = count([])

    assert (without_times.silences, without_times.longest_silence_ms) == (None, None)
    assert (without_times.open_share, without_times.longest_turn_number) == (None, None)
    assert (nothing.coach_share, nothing.silences) == (None, None)
