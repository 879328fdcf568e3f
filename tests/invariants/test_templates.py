"""Every template compiles, and only one place in the code says that HTML is safe."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
APPS = ("journeyloop", "coaching", "companion", "client_portal")
SANITISER = "companion/api/rendering.py"
"""Cleans what it marks, in the same line."""
UNSAFE_CODE = re.compile(r"\bmark_safe\b|\bSafeString\(|\bformat_html\(|\bformat_html_join\(|\bhtml_safe\b")
UNSAFE_TEMPLATE = re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off")

FIXED_WORDS = {
    "parts/field.html": "help texts are the forms' own words, and Django writes some of them as HTML",
}

FOLDERS = [Path(folder) for engine in engines.all() for folder in engine.template_dirs]
OURS = [folder for folder in FOLDERS if folder.is_relative_to(ROOT)]
NAMES = sorted(
    str(path.relative_to(folder))
    for folder in OURS
    for path in folder.rglob("*")
    if path.suffix in {".html", ".txt", ".svg"}
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(".txt")])
def test_a_template_escapes_everything(name: str) -> None:
    sources = [(folder / name).read_text() for folder in OURS if (folder / name).is_file()]

    assert any(UNSAFE_TEMPLATE.search(source) for source in sources) == (name in FIXED_WORDS)


def test_only_the_sanitiser_says_that_html_is_safe() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if UNSAFE_CODE.search(path.read_text())
    }

    assert found == {SANITISER}
