"""
The one way by which words that are not the coach's own enter a prompt. Pure.

A frame says "this is data". It cannot be closed or forged from inside, carries no invisible characters and
is cut at a visible cap. Framed text never goes into the system prompt.
"""

import re
import unicodedata

CAP = 8_000
"""Characters of one framed item."""

LINE_CAP = 80

_FRAME_NAMES = "data|note|memory|bootstrap|recalled|system|instructions|assistant|human|user"
# Two runs of spaces never stand side by side in these, nor does one reach over lines from each line's start:
# either would take time that grows with the square of the spaces, and a minute of it for one message.
_FORGED_TAG = re.compile(rf"<(?=\s*(?:/\s*)?(?:{_FRAME_NAMES})\b)", re.IGNORECASE)
_FORGED_TURN = re.compile(r"^([^\S\n]*)(human|assistant|system|user)(\s*:)", re.IGNORECASE | re.MULTILINE)
_LINE_BREAKS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs"})


def visible(text: str) -> str:
    """Keep what a reader would see: no control, bidirectional, zero-width, tag or private characters."""
    if text.isascii() and text.isprintable():
        return text
    text = _VARIATION_SELECTORS.sub("", _LINE_BREAKS.sub("\n", text))
    # Each character is looked up once, however often it stands there: prompts are long.
    unseen = {char for char in set(text) - {"\n", "\t"} if unicodedata.category(char) in _INVISIBLE}
    return text.translate(dict.fromkeys(map(ord, unseen))) if unseen else text


def plain(text: str) -> str:
    """Prepare the coach's own words: nothing invisible, and no tag that could pass for one of ours."""
    return _FORGED_TAG.sub("&lt;", visible(text)).strip()


def label(text: str) -> str:
    """Prepare a name or a source for one line: no breaks, quotes or angle brackets, at most 80 characters."""
    # Replaced one by one: a table costs thirty times as much, and every recalled fact has two labels.
    line = " ".join(visible(text).replace('"', "'").replace("<", " ").replace(">", " ").split())
    return line if len(line) <= LINE_CAP else line[: LINE_CAP - 1] + "…"


def frame(kind: str, text: str, *, source: str = "", cap: int = CAP) -> str:
    """Wrap one item of untrusted text. `kind` is our word; `source` may be anybody's."""
    body = _FORGED_TURN.sub(r"\1\2 \3", plain(text))
    if len(body) > cap:
        body = f"{body[:cap].rstrip()}\n[cut here: {len(body) - cap:,} more characters are not shown]"
    origin = f' source="{label(source)}"' if source else ""
    return f'<data kind="{kind}"{origin}>\n{body}\n</data>'
