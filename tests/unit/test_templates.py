"""Templates keep the strict content policy, and name only icons that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    path
    for folder in ("templates", "coaching", "companion", "client_portal")
    for path in (ROOT / folder).rglob("*.html")
)
INLINE = re.compile(
    r"""<style\b                                                  # a style sheet in the page
      | \sstyle\s*=                                               # a style on an element
      | \s(on[a-z]+|hx-on[:\w-]*)\s*=                             # a handler on an element
      | <script\b(?![^>]*\bsrc=)(?![^>]*type="application/json")  # a script in the page; data may stay
      | href\s*=\s*["']javascript:""",
    re.VERBOSE | re.IGNORECASE,
)


def named(paths: list[Path]) -> list[str]:
    """Name files as a reader knows them."""
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("template", TEMPLATES, ids=named(TEMPLATES))
def test_a_template_holds_no_inline_script_or_style(template: Path) -> None:
    assert not INLINE.search(template.read_text())


@pytest.mark.parametrize(
    "inline",
    [
        '<p style="color: red">',
        "<style>p{}</style>",
        '<a onclick="go()">',
        "<script>go()</script>",
        '<b hx-on:click="go()">',
    ],
)
def test_it_finds_what_the_policy_forbids(inline: str) -> None:
    assert INLINE.search(inline)


@pytest.mark.parametrize("template", TEMPLATES, ids=named(TEMPLATES))
def test_every_icon_that_a_template_names_exists(template: Path) -> None:
    icons = set(re.findall(r"icons/([\w-]+)\.svg", template.read_text()))
    missing = {icon for icon in icons if not (ROOT / "templates" / "icons" / f"{icon}.svg").is_file()}
    assert missing - {"favicon"} == set()
