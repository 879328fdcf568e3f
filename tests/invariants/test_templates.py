"""Every template compiles, holds nothing inline, and few places in the code say that HTML is safe."""

import json
import re
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.urls import get_resolver

ROOT = Path(__file__).resolve().parents[2]
APPS = ("journeyloop", "coaching", "companion", "client_portal")
SAFE = {
    "companion/api/rendering.py": "cleans what it marks, in the same line",
    "coaching/templatetags/people.py": "escapes what it marks, in the same line",
}
UNSAFE_CODE = re.compile(r"\bmark_safe\b|\bSafeString\(|\bformat_html\(|\bformat_html_join\(|\bhtml_safe\b")
VIEW = re.compile(r"""{%\s*url\s+["']([^"']+)["']""")
UNSAFE_TEMPLATE = re.compile(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off")

INLINE = {
    "a handler": re.compile(r"""[\s"']on[a-z]+\s*=""", re.IGNORECASE),
    "a style": re.compile(r"""[\s"']style\s*=|<style\b""", re.IGNORECASE),
    "code for htmx": re.compile(r"""\bhx-on\b|['"]\s*js:|\bhx-vars\b|hx-trigger="[^"]*\[""", re.IGNORECASE),
    "an address that is code": re.compile(r"\bjavascript:", re.IGNORECASE),
    "a script": re.compile(
        r"""<script(?![^>]*\ssrc=)(?![^>]*type="application/json")|<iframe\b|<object\b|<embed\b""",
        re.IGNORECASE,
    ),
}
"""What a strict Content-Security-Policy would not run anyway, so nobody should write it."""

FIXED_WORDS = {
    "parts/field.html": "help texts are the forms' own words, and Django writes some of them as HTML",
}

# By hand: of the engine's own list template_partials leaves the applications' folders out.
OURS = [
    folder for folder in (ROOT / "templates", *(ROOT / app / "templates" for app in APPS)) if folder.is_dir()
]
NAMES = sorted(
    str(path.relative_to(folder))
    for folder in OURS
    for path in folder.rglob("*")
    if path.suffix in {".html", ".txt", ".svg"}
)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(".svg")])
def test_a_template_names_views_that_there_are(name: str) -> None:
    """With `as` Django leaves an unknown one empty, and so would lead people nowhere."""
    sources = [(folder / name).read_text() for folder in OURS if (folder / name).is_file()]
    named = {view for source in sources for view in VIEW.findall(source) if ":" not in view}

    assert named <= set(get_resolver().reverse_dict)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(".txt")])
def test_a_template_escapes_everything(name: str) -> None:
    sources = [(folder / name).read_text() for folder in OURS if (folder / name).is_file()]

    assert any(UNSAFE_TEMPLATE.search(source) for source in sources) == (name in FIXED_WORDS)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(".txt")])
def test_a_template_holds_nothing_inline(name: str) -> None:
    sources = [(folder / name).read_text() for folder in OURS if (folder / name).is_file()]
    found = [what for what, pattern in INLINE.items() for source in sources if pattern.search(source)]

    assert found == []


@pytest.mark.parametrize(
    ("what", "written"),
    [
        ("a handler", '<b\nonclick="x()">'),
        ("a style", '<p style="color: red">'),
        ("a style", "<style>"),
        ("code for htmx", '<p hx-on:click="x()">'),
        ("code for htmx", """<p hx-vals='js:{"a": b}'>"""),
        ("code for htmx", '<p hx-trigger="click[ctrlKey]">'),
        ("an address that is code", '<a href="javascript:x()">'),
        ("a script", "<script>"),
        ("a script", '<script type="module">'),
    ],
)
def test_what_is_inline_is_found(what: str, written: str) -> None:
    assert INLINE[what].search(written)


def test_htmx_runs_nothing_and_keeps_nothing() -> None:
    page = get_template("base.html").template.source
    found = re.search(r"""name="htmx-config"\s+content='([^']+)'""", page)
    told = json.loads(found[1]) if found else {}
    wanted = {
        "allowEval": False,
        "selfRequestsOnly": True,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "historyCacheSize": 0,
    }

    assert {name: told.get(name) for name in wanted} == wanted


def test_only_few_places_say_that_html_is_safe() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if UNSAFE_CODE.search(path.read_text())
    }

    assert found == set(SAFE)
