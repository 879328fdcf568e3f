"""The message is handed on while it is written: at once, then in batches, each piece with its offset."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.engine import streaming
from companion.engine.streaming import MessageStream, message_so_far


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_piece_goes_at_once_and_the_next_waits_for_its_time() -> None:
    clock, got = Clock(), list[tuple[int, str]]()
    stream = MessageStream(on_text=lambda offset, piece: got.append((offset, piece)), batch=0.07, clock=clock)

    stream.take('{"chat_message": "Good')
    stream.take('{"chat_message": "Good mor')
    clock.now = 0.05
    stream.take('{"chat_message": "Good morni')
    assert got == [(0, "Good")]

    clock.now = 0.08
    stream.take('{"chat_message": "Good morning')
    assert got == [(0, "Good"), (4, " morning")]


def test_the_end_of_the_message_does_not_wait() -> None:
    got: list[tuple[int, str]] = []
    stream = MessageStream(
        on_text=lambda offset, piece: got.append((offset, piece)), batch=9.0, clock=Clock()
    )

    stream.take('{"chat_message": "Go')
    stream.take('{"chat_message": "Good", "memory_updates": [')

    assert got == [(0, "Go"), (2, "od")]


@given(st.text(min_size=1, max_size=80), st.booleans())
def test_whatever_the_pieces_the_whole_arrives_once_and_in_order(message: str, ascii_only: bool) -> None:
    raw = json.dumps({"chat_message": message, "question": None}, ensure_ascii=ascii_only)
    got: list[tuple[int, str]] = []
    stream = MessageStream(
        on_text=lambda offset, piece: got.append((offset, piece)), batch=0.0, clock=Clock()
    )

    for end in range(1, len(raw) + 1):
        stream.take(raw[:end])

    text = ""
    for offset, piece in got:
        assert offset == len(text)
        text += piece
    assert text == message.replace("\x00", "").lstrip()


def test_a_long_answer_is_not_read_anew_with_each_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(streaming, "message_so_far", lambda raw: read.append(len(raw)) or message_so_far(raw))
    got: list[tuple[int, str]] = []
    stream = MessageStream(
        on_text=lambda offset, piece: got.append((offset, piece)), batch=9.0, clock=Clock()
    )
    raw = '{"chat_message": "' + "word " * 2_000

    for end in range(0, len(raw), 40):
        stream.take(raw[:end])
    stream.end(raw)

    assert len(read) <= streaming.QUICK // 40 + 3
    assert "".join(piece for _, piece in got) == "word " * 2_000


def test_nothing_is_read_from_what_is_no_answer() -> None:
    assert message_so_far("") == ("", False)
    assert message_so_far("[1, 2") == ("", False)
    assert message_so_far('{"chat_message": 4') == ("", False)
