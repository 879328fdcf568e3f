"""A phase that is off has no addresses and does no work; everything else goes on."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PROBE = """
import django; django.setup()
from django.urls import Resolver404, resolve
for path in ("/companion/", "/api/v1/companion/chat/", "/clients/"):
    try:
        resolve(path); print("there")
    except Resolver404:
        print("404")
"""


@pytest.mark.parametrize(
    ("flag", "expected"), [("1", ["there", "there", "there"]), ("0", ["404", "404", "there"])]
)
def test_phase_one_switches_the_companions_addresses(flag: str, expected: list[str]) -> None:
    found = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, "COMPANION_PHASE_1": flag, "DJANGO_SETTINGS_MODULE": "journeyloop.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.split() == expected


ANALYSES = """
import django; django.setup()
from django.urls import Resolver404, resolve
try:
    resolve("/sessions/01890000-0000-7000-8000-0000cccc0003/analyse/"); print("there")
except Resolver404:
    print("404")
"""


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [("1", "1", "there"), ("0", "1", "there"), ("1", "0", "there"), ("0", "0", "404")],
)
def test_analyses_have_addresses_while_either_way_is_on(new: str, old: str, expected: str) -> None:
    flags = {"COMPANION_PHASE_2": new, "COMPANION_OLD_ANALYSIS": old}
    found = subprocess.run(
        [sys.executable, "-c", ANALYSES],
        env={**os.environ, **flags, "DJANGO_SETTINGS_MODULE": "journeyloop.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == expected
