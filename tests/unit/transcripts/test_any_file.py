"""Whatever bytes come in: a reading that can be stored, or a sentence that says why not."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from coaching.transcripts.guessing import guess_roles
from coaching.transcripts.reading import read
from coaching.transcripts.shapes import MAX_LABEL, MAX_MS, MAX_UTTERANCE, Reading, TranscriptError
from coaching.transcripts.times import milliseconds

NAMES = some.sampled_from(["Ana", "Tom Brook", "Speaker 1", "مريم", "coach"])
WORDS = some.text(some.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=40).map(
    lambda text: " ".join(text.split()).strip(" :<>&-*_") or "so"
)
TALK = some.lists(some.tuples(NAMES, WORDS.map(lambda words: f"x {words}")), min_size=4, max_size=30)
TIME = some.integers(0, 35_000_000)


def check(reading: Reading) -> None:
    """Everything that the rows ask for."""
    assert reading.said
    for each in reading.said:
        assert each.text == " ".join(each.text.split()) != ""
        assert len(each.text) <= MAX_UTTERANCE
        assert len(each.speaker) <= MAX_LABEL
        assert "\0" not in each.text + each.speaker
        each.text.encode()
        assert all(time is None or 0 <= time <= MAX_MS for time in (each.starts_ms, each.ends_ms))
        assert each.starts_ms is None or each.ends_ms is None or each.ends_ms >= 0
    json.dumps([reading.remarks, reading.format])


def try_to_read(content: bytes) -> None:
    refusal = None
    try:
        check(read(content))
    except TranscriptError as error:
        refusal = error
    assert refusal is None or refusal.words.endswith((".", "?"))
    assert refusal is None or refusal.line is None or refusal.line >= 1


@settings(max_examples=300)
@given(some.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try_to_read(content)


@settings(max_examples=200)
@given(
    some.text(max_size=400), some.sampled_from(["", "WEBVTT\n\n", "1\n00:00:01,000 --> 00:00:02,000\n", "[{"])
)
def test_any_text_after_any_beginning_is_read_or_refused(text: str, start: str) -> None:
    try_to_read((start + text).encode("utf-8", errors="replace"))


PIECES = some.sampled_from(  # a line each
    [
        "00:01.000 --> 00:02.000",
        "00:00:01,5 --> 9:99",
        "-->",
        "<v Ana>",
        "Ana: hi",
        "\n",
        "\n\n",
        "7",
        "NOTE",
        "&#0;",
    ]
)


@settings(max_examples=300)
@given(
    some.lists(PIECES, max_size=25),
    some.sampled_from(["WEBVTT\n\n", "", "1\n00:00:01,000 --> 00:00:02,000\nx\n\n"]),
)
def test_any_heap_of_what_captions_are_made_of_is_read_or_refused(pieces: list[str], start: str) -> None:
    try_to_read((start + "\n".join(pieces)).encode())


JSON = some.recursive(
    some.none() | some.booleans() | some.floats() | some.integers() | some.text(max_size=5),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(
            some.sampled_from(
                ["participant", "words", "text", "start_timestamp", "relative", "name", "speaker"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(some.lists(JSON, max_size=4))
def test_any_json_is_read_or_refused(data: list[Any]) -> None:
    try_to_read(json.dumps(data).encode())


@settings(max_examples=150)
@given(TALK)
def test_text_with_names_says_who_said_what(talk: list[tuple[str, str]]) -> None:
    text = "".join(f"{name}: {words}\n" for name, words in talk)

    assert [(each.speaker, each.text) for each in read(text.encode()).said] == talk


@settings(max_examples=150)
@given(TALK, TIME)
def test_captions_lose_no_word_and_keep_their_order(talk: list[tuple[str, str]], start: int) -> None:
    cues = "".join(
        f"{_clock(start + n * 2_000)} --> {_clock(start + n * 2_000 + 1_500)}\n<v {name}>{words}\n\n"
        for n, (name, words) in enumerate(talk)
    )

    reading = read(f"WEBVTT\n\n{cues}".encode())

    check(reading)
    assert " ".join(each.text for each in reading.said) == " ".join(words for _, words in talk)
    assert reading.said[0].starts_ms == start
    assert [each.starts_ms for each in reading.said] == sorted(each.starts_ms or 0 for each in reading.said)


@given(TIME)
def test_a_time_is_read_as_it_was_written(time: int) -> None:
    assert milliseconds(_clock(time)) == time


@given(
    some.lists(some.text(max_size=20), max_size=6, unique=True),
    some.text(max_size=20),
    some.text(max_size=20),
)
def test_a_guess_is_made_for_everybody(labels: list[str], coach: str, client: str) -> None:
    assert set(guess_roles(labels, coach=coach, client=client)) == set(labels)


def _clock(time: int) -> str:
    seconds, rest = divmod(time, 1_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"
