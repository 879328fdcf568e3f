"""Bytes made into text, with a remark for everything that was not as it should be."""

import codecs
import re

from coaching.transcripts.shapes import TranscriptError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Longer marks first where one begins like another."""

_BREAKS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
"""Shown as nothing, and able to hide words or to turn their order around. Joiners that scripts need stay."""
_BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")

MOSTLY_TEXT = 0.01
"""With a greater share of control characters it is no text at all."""


def text_of(content: bytes) -> tuple[str, list[str]]:
    """Decode and clean a text file. Raises TranscriptError when it is none."""
    text, remarks = _decoded(content)
    return _cleaned(text, remarks)


def cleaned(text: str) -> tuple[str, list[str]]:
    """Clean text that came decoded, out of JSON or XML."""
    return _cleaned(text, [])


def _decoded(content: bytes) -> tuple[str, list[str]]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _by_mark(content[len(mark) :], encoding)
    if encoding := _utf16_without_mark(content):
        return _by_mark(content, encoding)
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _not_utf8(content, line=content.count(b"\n", 0, error.start) + 1)


def _by_mark(content: bytes, encoding: str) -> tuple[str, list[str]]:
    text = content.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    return text, [f"{_times(lost, 'character')} could not be decoded and are shown as �."] if lost else []


def _not_utf8(content: bytes, *, line: int) -> tuple[str, list[str]]:
    """Take it for UTF-8 with a few broken places if most of it is; otherwise for Windows Western text."""
    text = content.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(character > "\x7f" for character in text) - broken
    if whole > 4 * broken:
        return text, [
            f"{_times(broken, 'character')} could not be decoded (first on line {line}), shown as �."
        ]
    remark = (
        f"The file is not UTF-8 (line {line}), so it was read as Windows Western text. "
        "Check accented letters; if they look wrong, save it as UTF-8 and replace it."
    )
    return content.decode("cp1252", errors="replace"), [remark]


def _utf16_without_mark(content: bytes) -> str:
    """Recognise text whose every other byte is zero."""
    head = content[:2000]
    half = len(head) // 2
    if half < 4:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.1 * half else ""


def _cleaned(text: str, remarks: list[str]) -> tuple[str, list[str]]:
    text = _BREAKS.sub("\n", text)
    text, unseen = _UNSEEN.subn("", text)
    text, broken = _BROKEN.subn("�", text)
    if broken > MOSTLY_TEXT * max(len(text), 1) + 8:
        raise TranscriptError("This is not a text file: it is full of bytes that are no letters.")
    if unseen:
        remarks.append(f"{_times(unseen, 'invisible character')} taken out.")
    if broken:
        remarks.append(f"{_times(broken, 'control character')} shown as �.")
    return text, remarks


def _times(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
