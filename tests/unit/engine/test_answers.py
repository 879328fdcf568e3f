"""An answer is read part by part: what fits is kept, what does not is said."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from companion.engine.response import CompanionResponse, UnreadableAnswerError, lenient, schema

GOOD_FACT = {
    "action": "remember",
    "about": "coach",
    "statement": "Fridays are free.",
    "quote": "free on Fridays",
    "importance": 3,
}


def objects(node: object) -> Iterator[dict[str, Any]]:
    """Walk all objects of a schema."""
    if isinstance(node, list):
        for item in node:
            yield from objects(item)
    elif isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for value in node.values():
            yield from objects(value)


def test_the_message_is_the_first_field_and_the_only_required_one() -> None:
    assert next(iter(schema()["properties"])) == "chat_message"
    assert schema()["required"] == ["chat_message"]


def test_the_schema_stays_within_what_strict_output_allows() -> None:
    text = json.dumps(schema())
    optional = sum(len(set(each["properties"]) - set(each.get("required", ()))) for each in objects(schema()))

    assert optional <= 24
    assert "$ref" not in text
    assert text.count("anyOf") <= 16
    assert len(text) < 4_200


def test_it_drops_one_bad_item_and_says_so() -> None:
    answer, refusals = lenient({"chat_message": "Noted.", "memory_updates": [{"about": "nobody"}, GOOD_FACT]})

    assert [each.statement for each in answer.memory_updates] == ["Fridays are free."]
    assert [(each.code, each.what) for each in refusals] == [("malformed", "memory_updates")]
    assert "about" in refusals[0].why


def test_it_keeps_at_most_a_dozen_of_anything() -> None:
    answer, refusals = lenient({"chat_message": "Noted.", "memory_updates": [GOOD_FACT] * 40})

    assert len(answer.memory_updates) == 12
    assert refusals[0].code == "too_many"


def test_an_unknown_field_does_no_harm() -> None:
    answer, refusals = lenient('{"chat_message": " Hello. ", "mood": {"a": 1}}')

    assert answer == CompanionResponse(chat_message="Hello.")
    assert refusals == []


@pytest.mark.parametrize("raw", ["", "not json", "[]", "{}", '{"chat_message": "  "}', '{"chat_message": 4}'])
def test_an_answer_without_a_message_is_unreadable(raw: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        lenient(raw)
