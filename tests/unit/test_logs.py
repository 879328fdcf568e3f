"""What a log line of production holds: what broke and where, and nothing that anybody said."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest

from journeyloop.logs import logging_settings

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
