"""An operator can look up every line of the log: docs/operating.md names what the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = [*(ROOT / app for app in ("journeyloop", "coaching", "companion", "client_portal")), ROOT / "clock.py"]
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
ROW = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \| (\w+) \|", re.MULTILINE)
CHOSEN = {("request.answered", "info"), ("request.denied", "warning")}
"""request_line.py chooses name and level together, which the syntax tree does not show."""
FAMILY = re.compile(r"`([a-z_]+)\.\*`")


def said() -> Iterator[tuple[str, str]]:
    """The name and the level of every event that the code logs."""
    yield from CHOSEN
    for place in CODE:
        for path in [place] if place.is_file() else place.rglob("*.py"):
            for call in filter(_is_line, ast.walk(ast.parse(path.read_text()))):
                yield _name(call), LEVELS[call.func.attr]  # type: ignore[attr-defined]


def _is_line(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "log"
    )


def _name(call: ast.AST) -> str:
    assert isinstance(call, ast.Call)
    name = call.args[0]
    return str(name.value) if isinstance(name, ast.Constant) else ast.unparse(name)


def documented() -> tuple[dict[str, str], set[str]]:
    """Events with their level, and families whose events are deeds of people."""
    text = (ROOT / "docs" / "operating.md").read_text()
    return dict(ROW.findall(text)), set(FAMILY.findall(text))


def test_every_event_is_documented_with_its_level_or_by_its_family() -> None:
    events, families = documented()

    missing = {(name, level) for name, level in said() if name.partition(".")[0] not in families}

    assert missing - set(events.items()) == set(), "add them to the table in docs/operating.md, Watching"


def test_nothing_is_documented_that_is_never_said() -> None:
    events, families = documented()
    names = {name for name, _ in said()}

    assert set(events) - names == set()
    assert families - {name.partition(".")[0] for name in names} == set()


def test_an_event_is_a_fixed_name() -> None:
    assert [name for name, _ in said() if not NAME.fullmatch(name)] == []
