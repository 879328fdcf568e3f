"""
Word documents: the paragraphs' text, out of a zip file that may be hostile.

Sizes are what was really unpacked, never what the file says of itself. A document type, with which XML begins
to name entities, is refused: no Word document has one.
"""

import zipfile
import zlib
from io import BytesIO
from xml.parsers import expat

from coaching.transcripts.kinds import TEXT_FORMATS
from coaching.transcripts.shapes import TranscriptError

MAX_FILES = 2_000
MAX_UNPACKED = 20 * 1024 * 1024
"""Of the one part that is read."""
MAX_RATIO = 200
"""Unpacked to packed; a real document has about 10."""
MAX_DEPTH = 200

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t"}
_PART = "word/document.xml"
_BROKEN = "This Word document is damaged and cannot be opened. Save it anew in Word, or as text."


def read_docx(content: bytes) -> list[str]:
    """Read the lines of a Word document, an empty one between paragraphs never. Raises TranscriptError."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            part = _part(archive, packed=len(content))
    except RuntimeError:
        raise TranscriptError("This Word document has a password. Save it without one.") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise TranscriptError(_BROKEN) from None
    return _lines(part)


def _part(archive: zipfile.ZipFile, *, packed: int) -> bytes:
    names = archive.infolist()
    if len(names) > MAX_FILES:
        raise TranscriptError(
            f"This document holds {len(names):,} files inside; a Word document has a few dozen."
        )
    found = next((each for each in names if each.filename == _PART), None)
    if found is None:
        raise TranscriptError(f"This is a zip file but no Word document. Bring {TEXT_FORMATS}.")
    if found.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise TranscriptError(_BROKEN)
    with archive.open(found) as stream:
        part = stream.read(MAX_UNPACKED + 1)
    if len(part) > MAX_UNPACKED or len(part) > MAX_RATIO * max(min(found.compress_size, packed), 1024):
        raise TranscriptError("This document unpacks to far more than a transcript; it was not opened.")
    return part


class _Paragraphs:
    """Collects text from the parser's calls."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._depth = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TranscriptError("This document is nested too deeply to be a transcript.")
        tag = _tag(name)
        self._is_text = tag == "t"
        self._pieces.append(_BREAKS.get(tag, ""))

    def end(self, name: str) -> None:
        self._depth -= 1
        self._is_text = False
        if _tag(name) == "p":
            self.lines += "".join(self._pieces).split("\n")
            self._pieces = []

    def text(self, data: str) -> None:
        if self._is_text:
            self._pieces.append(data)


def _lines(part: bytes) -> list[str]:
    paragraphs = _Paragraphs()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = paragraphs.start, paragraphs.end
    parser.CharacterDataHandler = paragraphs.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(part, True)
    except expat.ExpatError:
        raise TranscriptError(_BROKEN) from None
    return paragraphs.lines


def _refuse(*_declared: object) -> None:
    raise TranscriptError(
        "This document defines entities of its own, which Word never does; it was not opened."
    )


def _tag(name: str) -> str:
    space, _, tag = name.rpartition(" ")
    return tag if space in {_W, _STRICT} else ""
