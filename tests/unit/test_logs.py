"""What a log line of production holds: what broke and where, and nothing that anybody said."""

import ast
import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from journeyloop.logs import KEYS, LONGEST, logging_settings

ROOT = Path(__file__).resolve().parents[2]
APPS = ("journeyloop", "coaching", "companion", "client_portal")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
SAID = "my client is afraid of her father"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The lines of a logger that writes as production does."""
    formatter = logging.config.DictConfigurator(logging_settings(readable=False)).configure_formatter(
        logging_settings(readable=False)["formatters"]["structlog"]
    )
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    logger = logging.getLogger("test-of-lines")
    logger.addHandler(handler)
    logger.propagate = False
    yield written
    logger.removeHandler(handler)


def break_twice(value: str) -> None:
    try:
        int(value)
    except ValueError as error:
        raise RuntimeError(f"while keeping {value}") from error


def test_a_traceback_says_what_broke_and_where_and_not_what_was_said(lines: io.StringIO) -> None:
    try:
        break_twice(SAID)
    except RuntimeError:
        logging.getLogger("test-of-lines").exception("turn.broken")

    line: dict[str, Any] = json.loads(lines.getvalue())
    assert line["event"] == "turn.broken"
    assert "builtins.RuntimeError" in line["exception"]
    assert "builtins.ValueError" in line["exception"]
    assert "in break_twice" in line["exception"]
    assert SAID not in lines.getvalue()


def last(lines: io.StringIO) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lines.getvalue().splitlines()[-1])
    return found


def test_a_line_of_ours_keeps_what_it_may_hold_and_nothing_else(lines: io.StringIO) -> None:
    structlog.get_logger("test-of-lines").warning("turn.broken", turn="7", said=SAID, kind="x" * 500)

    line = last(lines)
    assert line["event"] == "turn.broken"
    assert line["turn"] == "7"
    assert "said" not in line
    assert len(line["kind"]) == LONGEST


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (("Not Found: %s", f"/search/?q={SAID}"), "Not Found: …"),
        (("took %d ms for %s", 12, SAID), "took 12 ms for …"),
        (("at 100%",), "at 100%"),
        (("%(name)s is new", {"name": SAID}), "%(name)s is new"),
    ],
)
def test_of_a_librarys_line_the_form_is_kept(lines: io.StringIO, given: tuple[Any, ...], kept: str) -> None:
    logging.getLogger("test-of-lines").warning(*given)

    assert last(lines)["event"] == kept


def test_a_line_break_does_not_make_a_line(lines: io.StringIO) -> None:
    structlog.get_logger("test-of-lines").warning("turn.broken", reason='x\n{"event": "forged"}\r\n')

    assert len(lines.getvalue().splitlines()) == 1


def test_every_line_of_ours_has_a_name_and_known_keys() -> None:
    odd = []
    for path in [*(path for app in APPS for path in (ROOT / app).rglob("*.py")), ROOT / "clock.py"]:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and _is_a_line(call.func):
                names = {each.arg for each in call.keywords if each.arg} - KEYS - {"exc_info"}
                if names or not _is_a_name(call.args[0]):
                    odd.append(f"{path.relative_to(ROOT)}:{call.lineno} {sorted(names)}")

    assert odd == []


def _is_a_line(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute) or function.attr not in LEVELS:
        return False
    return isinstance(function.value, ast.Name) and function.value.id in {"log", "logger"}


def _is_a_name(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and bool(re.fullmatch(r"[a-z_]+\.[a-z_]+", str(argument.value)))
