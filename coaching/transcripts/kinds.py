"""What a file is, by its content; its name says nothing that can be relied on."""

import re

TEXT_FORMATS = "WebVTT (.vtt), SubRip (.srt), text, Word (.docx) or Recall.ai JSON"

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Word document (.doc)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM6", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"MZ\x90", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format", "a database"),
)
_SOUND: tuple[tuple[int, bytes], ...] = (
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"\xff\xf3"),
    (0, b"\xff\xf1"),
    (0, b"\xff\xf9"),
    (8, b"WAVE"),
    (8, b"AVI "),
    (0, b"OggS"),
    (0, b"fLaC"),
    (4, b"ftyp"),
    (0, b"\x1aE\xdf\xa3"),
    (0, b"FORM"),
    (0, b"#!AMR"),
)
_MARKUP = re.compile(rb"\s*<(!doctype|\?xml|html|svg|script|head|body|tt\b|smil)", re.IGNORECASE)
_JSON = re.compile(r'\[\s*[\[{]|\[\s*\]\s*\Z|\{\s*["}]')
_SRT = re.compile(r"\s*(?:\d+[ \t]*\n[ \t]*)?\d{1,3}:\d{2}(?::\d{2})?[,.]\d{1,3}[ \t]*-->")

HEAD = 64
"""Bytes that `foreign` and `is_sound` need."""


def is_sound(head: bytes) -> bool:
    """Say whether a file that begins like this is sound or film."""
    return any(head[start : start + len(mark)] == mark for start, mark in _SOUND)


def foreign(head: bytes) -> str:
    """Name what this beginning belongs to when it is no transcript at all ("a PDF"); "" otherwise."""
    for mark, name in _FOREIGN:
        if head.startswith(mark):
            return name
    return "a web page or drawing" if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")) else ""


def is_zip(content: bytes) -> bool:
    """Say whether it is a zip file, which a Word document is inside."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def kind_of_text(text: str) -> str:
    """Tell vtt, recall and srt from plain text."""
    start = text.lstrip()[:200]
    if start.startswith("WEBVTT"):
        return "vtt"
    if _JSON.match(start):
        return "recall"
    return "srt" if _SRT.match(text) else "txt"
