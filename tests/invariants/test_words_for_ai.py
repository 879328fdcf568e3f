"""
No consent, no AI on a client's words: the companion gets the words of a session at one gate only.

A module of the companion that reads `Utterance` by itself fails here. Take the words from
`coaching.actions.words.words_for_ai`, or say in WITHOUT_WORDS why no word of them reaches a model.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_WORDS: Mapping[str, str] = {
    "companion/actions/intelligence.py": "points at utterances by their ids",
    "companion/api/debrief.py": "shows the coach the words around a quotation",
    "companion/evals/play.py": "counts whether an invented session has arrived",
    "companion/evals/reading.py": "checks an answer's quotations by rule, in an invented practice",
}
"""Modules that name Utterance, and why it is no way to a model."""

REVERSE = re.compile(r"\.utterances\.(?:all|filter|exclude|get|first|order_by|values|values_list|iterator)\b")


def companion() -> Iterator[tuple[str, str]]:
    """Read every module of the companion but its migrations and models, which hold no thought."""
    for path in sorted((ROOT / "companion").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("companion/migrations/", "companion/models/")):
            yield name, path.read_text()


def reads_utterances(source: str) -> bool:
    """Say whether a module fetches what was said, by the model or from another row."""
    named = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coaching.models")
        for alias in node.names
    }
    return ("Utterance" in named and "Utterance.objects" in source) or bool(REVERSE.search(source))


def test_the_companion_takes_a_sessions_words_from_the_gate_only() -> None:
    found = {name for name, source in companion() if reads_utterances(source)}

    assert found - set(WITHOUT_WORDS) == set()


def test_the_law_sees_every_way_to_the_words() -> None:
    assert reads_utterances("from coaching.models import Utterance\nUtterance.objects.all()")
    assert reads_utterances("def words(session): return session.utterances.all()")
    assert not reads_utterances("from coaching.actions.words import words_for_ai")
    assert not reads_utterances("from coaching.models import Utterance\ndef show(row: Utterance): ...")
