"""The places where a chaos run breaks the product: each is real, and none can be armed in production."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from django.core.exceptions import ImproperlyConfigured

from journeyloop import failpoints
from tests.invariants.test_environment import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
APPS = ("journeyloop", "coaching", "companion", "client_portal")
SHOW = "from journeyloop import settings; print(repr(settings.JL_FAIL))"


def test_every_place_stands_in_the_code_once() -> None:
    code = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    places = Counter(place for text in code for place in re.findall(r'\bfailpoint\("([^"]+)"\)', text))

    assert places == dict.fromkeys(get_args(failpoints.Point), 1)


def test_production_arms_none() -> None:
    assert _shown({"DEBUG": "1", "JL_FAIL": "turn.begun:kill"}) == "'turn.begun:kill'"
    assert _shown({"DEBUG": "0", "JL_FAIL": "turn.begun:kill"}) == "''"


@pytest.mark.parametrize("words", ["turn.began:kill", "turn.begun:explode", "turn.begun", ":kill"])
def test_what_is_no_place_or_no_deed_is_refused(words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="is no place with kill, stop"):
        failpoints.armed_by(words)


def test_an_armed_place_does_its_deed_and_the_others_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_armed", failpoints.armed_by("turn.kept:sleep=0.001, turn.begun:raise"))

    failpoints.failpoint("turn.claimed")
    failpoints.failpoint("turn.kept")
    with pytest.raises(failpoints.FailpointError, match=r"turn\.begun"):
        failpoints.failpoint("turn.begun")


def _shown(environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", SHOW]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **PRODUCTION, **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()
