"""Both themes keep their promise of contrast (WCAG 2.2 AA), checked on the tokens themselves."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"
SURFACES = ("ground", "surface", "raised", "sunken", "field", "hover")

TEXT_PAIRS = [
    *((text, surface) for text in ("text", "text-2", "text-3", "accent-text") for surface in SURFACES),
    *(
        (word, surface)
        for word in ("good", "warn", "bad")
        for surface in ("ground", "surface", "raised", "sunken")
    ),
    *((word, f"{word}-soft") for word in ("good", "warn", "bad")),
    *((text, f"{word}-soft") for text in ("text", "text-2") for word in ("accent", "good", "warn", "bad")),
    ("accent-text", "accent-soft"),
    ("text", "accent-line"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
]
CONTROL_PAIRS = [
    *(("line-control", surface) for surface in ("ground", "surface", "raised", "field")),
    *(("accent", surface) for surface in ("ground", "surface", "raised", "line")),
    *((word, "line") for word in ("warn", "bad")),
]


def themes() -> dict[str, dict[str, str]]:
    """Read the colours of both themes; the light one overlays the dark one."""
    css = TOKENS.read_text()
    light_block = re.search(r"@media \(prefers-color-scheme: light\) \{(.*?)\n\}", css, re.DOTALL)
    assert light_block
    dark = colours(css.replace(light_block[0], ""))
    return {"dark": dark, "light": dark | colours(light_block[1])}


def colours(css: str) -> dict[str, str]:
    """Find every token whose value is one opaque colour."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    """Compute the relative luminance of #rrggbb."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Compute the contrast ratio of two colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_it_measures_contrast_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("text", "behind"), TEXT_PAIRS)
def test_text_can_be_read_on_what_lies_behind_it(theme: str, text: str, behind: str) -> None:
    tokens = themes()[theme]
    assert contrast(tokens[text], tokens[behind]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("mark", "behind"), CONTROL_PAIRS)
def test_the_outline_of_a_control_can_be_seen(theme: str, mark: str, behind: str) -> None:
    tokens = themes()[theme]
    assert contrast(tokens[mark], tokens[behind]) >= 3


def test_the_dark_theme_is_the_default_and_matte_black() -> None:
    tokens = themes()["dark"]
    assert tokens["ground"] == "#000000"
    assert tokens["accent"] == "#3aa9be"
