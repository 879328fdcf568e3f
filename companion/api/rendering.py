"""
Turn what the model wrote into HTML. The only place that marks HTML as safe.

Two walls: the markdown parser passes no HTML through, and the sanitiser keeps a short list of tags. No
tag may fetch anything and no attribute but a link's address survives, so a hostile answer can neither
run nor call home by being shown.
"""

from collections.abc import Sequence
from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

TAGS = frozenset(
    [
        "p",
        "br",
        "strong",
        "em",
        "s",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "blockquote",
        "code",
        "pre",
        "hr",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
LINKS = ("https://", "mailto:")
HEADINGS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}
"""An answer stands below the page's own headings."""


def prose(markdown: str) -> SafeString:
    """Render markdown as HTML that is safe to show."""
    return mark_safe(_clean(_parser().render(markdown)))  # noqa: S308 # cleaned in the same line


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_checked,
        url_schemes={"https", "mailto"},
        link_rel="noopener nofollow",
    )


def _checked(tag: str, name: str, value: str) -> str | None:
    """Drop an address that is not absolute: the sanitiser alone lets relative ones and //host through."""
    if name == "href":
        return value if value.lower().startswith(LINKS) else None
    if name == "start":
        return value if value.isascii() and value.isdigit() and len(value) < 10 else None
    return value if name == "rel" else None


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("headings", _lower_headings)
    parser.add_render_rule("image", _words_of_image)
    return parser


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)


def _words_of_image(
    renderer: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Show a picture's description: fetching the picture would tell its host what was said."""
    return escapeHtml(tokens[index].content)
