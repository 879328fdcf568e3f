"""A phase that is off has no addresses and does no work; everything else goes on."""

import os
import subprocess
import sys
from functools import cache

import pytest
from django.conf import settings

PROBE = """
import django; django.setup()
from django.urls import Resolver404, resolve
ANALYSE = "/sessions/01890000-0000-7000-8000-0000cccc0003/analyse/"
for path in ("/companion/", "/api/v1/companion/chat/", "/clients/", ANALYSE):
    try:
        resolve(path); print("there")
    except Resolver404:
        print("404")
"""


@cache
def found(one: str, two: str, old: str) -> list[str]:
    """Say which addresses a process has with these switches."""
    flags = {"COMPANION_PHASE_1": one, "COMPANION_PHASE_2": two, "COMPANION_OLD_ANALYSIS": old}
    answer = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, **flags, "DJANGO_SETTINGS_MODULE": "journeyloop.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.split()


@pytest.mark.parametrize(
    ("flag", "expected"), [("1", ["there", "there", "there"]), ("0", ["404", "404", "there"])]
)
def test_phase_one_switches_the_companions_addresses(flag: str, expected: list[str]) -> None:
    assert found(flag, "1", "1")[:3] == expected


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [("1", "1", "there"), ("0", "1", "there"), ("1", "0", "there"), ("0", "0", "404")],
)
def test_analyses_have_addresses_while_either_way_is_on(new: str, old: str, expected: str) -> None:
    assert found("1", new, old)[3] == expected
