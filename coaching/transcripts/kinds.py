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
_SOUND: tuple[tuple[int, bytes, str], ...] = (
    (0, b"ID3", "mp3"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (8, b"WAVE", "wav"),
    (8, b"AVI ", "avi"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (4, b"ftyp", "m4a"),
    (0, b"\x1aE\xdf\xa3", "webm"),
    (0, b"FORM", "aiff"),
    (0, b"#!AMR", "amr"),
)
_MARKUP = re.compile(rb"\s*<(!doctype|\?xml|html|svg|script|head|body|tt\b|smil)", re.IGNORECASE)
_JSON = re.compile(r'\[\s*[\[{]|\[\s*\]\s*\Z|\{\s*["}]')
_SRT = re.compile(r"\s*(?:\d+[ \t]*\n[ \t]*)?\d{1,3}:\d{2}(?::\d{2})?[,.]\d{1,3}[ \t]*-->")

HEAD = 64
"""Bytes that `foreign` and `is_sound` need."""


def is_sound(head: bytes) -> bool:
    """Say whether a file that begins like this is sound or film."""
    return bool(sound_ending(head))


def sound_ending(head: bytes) -> str:
    """Give the ending that such a recording's name has ("mp3"); "" for what is none."""
    return next((ending for start, mark, ending in _SOUND if head[start : start + len(mark)] == mark), "")


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
