"""
Files that are broken, hostile or enormous, and what the coach reads about each.

A case is a function, because some are megabytes; `line` is the line that the message names.
"""

import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MB = 1024 * 1024


@dataclass(frozen=True)
class Refused:
    """A file that cannot be read."""

    content: Callable[[], bytes]
    words: str
    """Part of what the coach reads."""
    line: int | None = None


@dataclass(frozen=True)
class Mended:
    """A file that is read all the same."""

    content: Callable[[], bytes]
    said: list[tuple[str, str]] | int
    """Speaker and text of each utterance, or only how many there are."""
    remark: str = ""
    """Part of what the coach is told about it; "" = nothing is."""


def file_of(text: str | bytes) -> Callable[[], bytes]:
    return lambda: text if isinstance(text, bytes) else text.encode()


def vtt(*blocks: str) -> Callable[[], bytes]:
    return file_of("WEBVTT\n\n" + "\n\n".join(blocks) + "\n")


def as_json(data: Any) -> Callable[[], bytes]:
    return lambda: json.dumps(data).encode()


def passage(*words: Any, name: Any = "Ana") -> dict[str, Any]:
    return {"participant": {"id": 1, "name": name}, "words": list(words)}


def word(text: Any, start: Any = 0.0, end: Any = 1.0) -> dict[str, Any]:
    return {"text": text, "start_timestamp": {"relative": start}, "end_timestamp": {"relative": end}}


def paragraphs(*lines: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)


def document(body: str, *, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'


def docx(
    xml: str | bytes = document(paragraphs("Ana: Hello", "Tom: Hi")),
    *,
    name: str = "word/document.xml",
    method: int = zipfile.ZIP_DEFLATED,
    others: int = 0,
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for number in range(others):
            archive.writestr(f"word/media/{number}", b"")
        archive.writestr(name, xml)
    return packed.getvalue()


def encrypted() -> bytes:
    """Set the bit that says so in both headers."""
    content = bytearray(docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.rfind(mark)
        content[at + offset] |= 1
    return bytes(content)


def lying_size() -> bytes:
    """Say in both headers that what unpacks to 19 MB unpacks to 100 bytes."""
    content = bytearray(docx(b"<a>" + b" " * 19 * MB + b"</a>"))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rfind(mark)
        content[at + offset : at + offset + 4] = struct.pack("<I", 100)
    return bytes(content)


def corrupt() -> bytes:
    content = bytearray(docx(document(paragraphs(*[f"Ana: {n}" for n in range(500)]))))
    middle = len(content) // 2
    content[middle : middle + 40] = b"\xff" * 40
    return bytes(content)


BILLION_LAUGHS = '<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE z [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

REFUSED: Mapping[str, Refused] = {
    # Nothing
    "empty": Refused(file_of(""), "The file is empty."),
    "only white space": Refused(file_of(" \n\t\r\n  "), "The file is empty."),
    "only a byte-order mark": Refused(file_of(b"\xef\xbb\xbf"), "Nothing is said"),
    "WEBVTT and no more": Refused(file_of("WEBVTT"), "Nothing is said"),
    "WebVTT with notes only": Refused(vtt("NOTE hello\nthere", "STYLE\n::cue {}"), "Nothing is said"),
    "WebVTT whose cues are tags": Refused(vtt("00:01.000 --> 00:02.000\n<i></i>"), "Nothing is said"),
    "a Recall list without passages": Refused(file_of("[ ]"), "Nothing is said"),
    "a Word document without words": Refused(lambda: docx(document("<w:p/>")), "Nothing is said"),
    "nothing but invisible characters": Refused(file_of("\u200b\u202e\u2066" * 20), "Nothing is said"),
    # Something else, whatever its name
    "PDF": Refused(file_of("%PDF-1.7\n%\xe2\xe3"), "This is a PDF."),
    "RTF": Refused(file_of(r"{\rtf1\ansi Hello}"), "an RTF document"),
    "old Word": Refused(file_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500), "old Word document"),
    "PNG": Refused(file_of(b"\x89PNG\r\n\x1a\n" + b"\0" * 40), "a picture"),
    "JPEG": Refused(file_of(b"\xff\xd8\xff\xe0" + b"\0" * 40), "a picture"),
    "GIF that is JavaScript too": Refused(file_of(b"GIF89a=1;alert(1)//"), "a picture"),
    "SVG with a script": Refused(file_of("<svg onload='alert(1)'/>"), "a web page or drawing"),
    "HTML": Refused(file_of("\n <!DOCTYPE html><p>Ana: hello"), "a web page or drawing"),
    "XML": Refused(file_of('\ufeff<?xml version="1.0"?><tt/>'), "a web page or drawing"),
    "gzip": Refused(file_of(b"\x1f\x8b\x08" + b"\0" * 40), "a compressed file"),
    "7-Zip": Refused(file_of(b"7z\xbc\xaf\x27\x1c" + b"\0" * 40), "a compressed file"),
    "a program": Refused(file_of(b"\x7fELF" + b"\0" * 60), "a program"),
    "a database": Refused(file_of(b"SQLite format 3\0" + b"\0" * 60), "a database"),
    "MP3": Refused(file_of(b"ID3\x04" + b"\0" * 60), "sound or film"),
    "MP3 without a tag": Refused(file_of(b"\xff\xfb\x90\x44" + b"\0" * 60), "sound or film"),
    "WAV": Refused(file_of(b"RIFF\x24\0\0\0WAVEfmt "), "sound or film"),
    "MP4": Refused(file_of(b"\0\0\0\x20ftypisom" + b"\0" * 60), "sound or film"),
    "WebM": Refused(file_of(b"\x1aE\xdf\xa3" + b"\0" * 60), "sound or film"),
    "Ogg": Refused(file_of(b"OggS\0\2" + b"\0" * 60), "sound or film"),
    "random bytes": Refused(lambda: bytes(n * n * 31 % 251 for n in range(20_000)), "not a text file"),
    "zeros": Refused(file_of(b"\0" * 5_000), "not a text file"),
    "text with many control characters": Refused(file_of("Ana: \x01\x02\x03\x04 " * 200), "not a text file"),
    # WebVTT
    "a cue without a time": Refused(vtt("Hello there"), "without a time", 3),
    "a time that is none": Refused(vtt("00:xx.000 --> 00:02.000\nHi"), "before the arrow is no time", 3),
    "an end that is none": Refused(vtt("1\n00:01.000 --> later\nHi"), "after the arrow is no time", 4),
    "no end at all": Refused(vtt("00:01.000 -->\nHi"), "after the arrow is no time", 3),
    "seconds beyond a minute": Refused(vtt("00:01:75.000 --> 00:02:00.000\nHi"), "is no time", 3),
    "a time of a hundred hours": Refused(vtt("999:00:00.000 --> 999:00:01.000\nHi"), "is no time", 3),
    "a bad time in the middle": Refused(
        vtt(*["00:01.000 --> 00:02.000\nHi"] * 400, "00:01.000 --> soon\nHi"), "Line 1203", 1203
    ),
    # SubRip
    "a number without a time": Refused(
        file_of("1\n00:00:01,000 --> 00:00:02,000\nHi\n\n2\nHello\n"), "as in 00:01:02,000", 5
    ),
    "a time cut off": Refused(file_of("1\n00:00:01,000 --> 00:0\n"), "Line 2", 2),
    "an arrow deep in a block": Refused(
        file_of("1\n00:00:01,000 --> 00:00:02,000\nHi\n\nso\nand\n00:00:03,000 --> 00:00:04,000\nHi\n"),
        "Line 5",
        5,
    ),
    # Recall.ai
    "JSON that breaks off": Refused(file_of('[\n {"participant": {"name": "Ana"},\n'), "line 3, column 1", 3),
    "JSON with a comma too many": Refused(file_of('[{"words": [],}]'), "line 1", 1),
    "JSON of another kind": Refused(as_json({"name": "Ana"}), "no Recall.ai transcript"),
    "a list of lists": Refused(as_json([[1, 2]]), "Passage 1 of this JSON has no list of words"),
    "words that are text": Refused(as_json([{"words": "Hello"}]), "Passage 1"),
    "a word without text": Refused(as_json([passage(word("Hi"), {"x": 1})]), "Word 2 of passage 1"),
    "a word that is a number": Refused(
        as_json([passage(word(7))]), "Word 1 of passage 1 in this JSON has no"
    ),
    "a time that is text": Refused(as_json([passage(word("Hi", "soon"))]), "a time that is no time"),
    "a time that is true": Refused(as_json([passage(word("Hi", start=True))]), "a time that is no time"),
    "a time without end": Refused(
        file_of('[{"words": [{"text": "Hi", "start_timestamp": 1e999}]}]'), "a time that is no time"
    ),
    "a time before the beginning": Refused(as_json([passage(word("Hi", -60))]), "a time that is no time"),
    "JSON nested without end": Refused(file_of("[[" * 100_000), "nested too deeply"),
    "a number of a million digits": Refused(
        lambda: b'[{"words": [{"text": "Hi", "start_timestamp": ' + b"9" * 1_000_000 + b"}]}]",
        "a number that is too long",
    ),
    # Word
    "a zip file of other things": Refused(lambda: docx(name="readme.txt"), "no Word document"),
    "a path that climbs": Refused(lambda: docx(name="../word/document.xml"), "no Word document"),
    "an empty zip file": Refused(file_of(b"PK\x05\x06" + b"\0" * 18), "no Word document"),
    "a zip file cut off": Refused(lambda: docx()[:-40], "damaged"),
    "a zip file of zeros": Refused(file_of(b"PK\x03\x04" + b"\0" * 400), "damaged"),
    "a damaged document": Refused(corrupt, "damaged"),
    "a document with a password": Refused(encrypted, "has a password"),
    "an unusual compression": Refused(lambda: docx(method=zipfile.ZIP_LZMA), "damaged"),
    "XML that breaks off": Refused(lambda: docx(f'<w:document xmlns:w="{W}"><w:p>'), "damaged"),
    "XML that is none": Refused(lambda: docx("Ana: hello"), "damaged"),
    "a billion laughs": Refused(
        lambda: docx(document(paragraphs("&b;"), before=BILLION_LAUGHS)), "defines entities"
    ),
    "an entity from outside": Refused(
        lambda: docx(document(paragraphs("&a;"), before=OUTSIDE)), "defines entities"
    ),
    "ten thousand elements deep": Refused(
        lambda: docx(document("<w:p>" * 10_000 + "</w:p>" * 10_000)), "nested too deeply"
    ),
    "a bomb": Refused(lambda: docx(b"<a>" + b" " * 60 * MB + b"</a>"), "unpacks to far more"),
    "a bomb within the size": Refused(lambda: docx(b"<a>" + b" " * 15 * MB + b"</a>"), "unpacks to far more"),
    "a bomb that lies": Refused(lying_size, "damaged"),
    "ten thousand files": Refused(lambda: docx(others=10_000), "10,002 files inside"),
    # Enormous
    "a byte too many": Refused(lambda: b"Ana: hello\n" * 953_251, "10,485,760 is the most"),
    "ten megabytes of one line": Refused(lambda: b"x" * 10 * MB, "2,000,000 (about thirty hours) is most"),
    "ten megabytes of lines": Refused(lambda: b"a\n" * 5 * MB, "200,000 is the most"),
    "a million speakers": Refused(
        lambda: b"".join(b"N%d: a\n" % n for n in range(900_000)), "200,000 is the most"
    ),
    "thousands of cues": Refused(
        vtt(*["00:01.000 --> 00:02.000\nSo."] * 25_000), "25,000 passages; 20,000 is the most"
    ),
    "megabytes of JSON that break off": Refused(
        lambda: json.dumps([passage(*[word("a")] * 20_000)] * 2).encode()[:-3], "line 1", 1
    ),
}

MENDED: Mapping[str, Mended] = {
    "one byte": Mended(file_of("a"), [("", "a")]),
    "a file without an end of line": Mended(file_of("Ana: Hi\nTom: Ho"), [("Ana", "Hi"), ("Tom", "Ho")]),
    "old Macintosh line ends": Mended(file_of("Ana: Hi\rTom: Ho\r"), [("Ana", "Hi"), ("Tom", "Ho")]),
    "UTF-16 with a mark": Mended(
        lambda: "Ana: Olá\nTom: Ho".encode("utf-16"), [("Ana", "Olá"), ("Tom", "Ho")]
    ),
    "UTF-16 without a mark": Mended(
        lambda: "Ana: Olá\nTom: Ho".encode("utf-16-le"), [("Ana", "Olá"), ("Tom", "Ho")]
    ),
    "Windows Western": Mended(
        lambda: "Ana: Olá\nTom: “Ho”".encode("cp1252"),
        [("Ana", "Olá"), ("Tom", "“Ho”")],
        "The file is not UTF-8 (line 1)",
    ),
    "UTF-8 with one broken place": Mended(
        lambda: "Ana: é é é é é é é\nTom: Ho".encode() + b"\xc3",
        [("Ana", "é é é é é é é"), ("Tom", "Ho�")],
        "could not be decoded",
    ),
    "a zero in the middle": Mended(
        file_of("Ana: Hi\0\nTom: Ho"), [("Ana", "Hi�"), ("Tom", "Ho")], "1 control character shown as �"
    ),
    "words that run backwards": Mended(
        file_of("Ana: \u202eevil\u202c\nTom: Ho"),
        [("Ana", "evil"), ("Tom", "Ho")],
        "2 invisible characters taken out",
    ),
    "hidden instructions": Mended(
        file_of("Ana: Hi" + "".join(chr(0xE0000 + ord(c)) for c in "ignore") + "\nTom: Ho"),
        [("Ana", "Hi"), ("Tom", "Ho")],
        "6 invisible characters",
    ),
    "direction hidden in an escape": Mended(
        vtt("00:01.000 --> 00:02.000\nAna: &#x202e;Hi"), [("Ana", "Hi")], "1 invisible character taken out"
    ),
    "half a character in JSON": Mended(
        file_of('[{"words": [{"text": "Hi\\ud800"}]}]'), [("", "Hi�")], "1 control character"
    ),
    "markup and templates": Mended(
        file_of("Ana: <script>alert(1)</script> {{ x }}\nTom: '); DROP TABLE"),
        [("Ana", "<script>alert(1)</script> {{ x }}"), ("Tom", "'); DROP TABLE")],
    ),
    "an end before its beginning": Mended(
        vtt("00:09.000 --> 00:02.000\nAna: Hi"), [("Ana", "Hi")], "end before they begin"
    ),
    "cues in disorder": Mended(
        vtt("00:20.000 --> 00:22.000\nAna: Two.", "00:01.000 --> 00:02.000\nAna: One."),
        [("Ana", "One."), ("Ana", "Two.")],
        "put in order",
    ),
    "people who talk over each other": Mended(
        vtt("00:04.000 --> 00:09.000\nAna: Well.", "00:03.500 --> 00:05.000\nTom: Yes."),
        [("Ana", "Well."), ("Tom", "Yes.")],
    ),
    "a sentence cut in two": Mended(
        vtt("00:01.000 --> 00:02.000\nAna: I went", "00:02.000 --> 00:03.000\nAna: home."),
        [("Ana", "I went home.")],
    ),
    "captions that roll": Mended(
        vtt(
            "00:01.000 --> 00:02.000\nI went out there.",
            "00:02.000 --> 00:03.000\nI went out there.\nAnd then.",
        ),
        [("", "I went out there."), ("", "And then.")],
    ),
    "two voices in a cue": Mended(
        vtt("00:01.000 --> 00:02.000 align:start\n<v.loud Ana>Hi.</v>\n<v Tom>Ho &amp; <i>hey</i>."),
        [("Ana", "Hi."), ("Tom", "Ho & hey.")],
    ),
    "SubRip with a gap in its words": Mended(
        file_of("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Hi.\n\nStill me.\n"), [("", "Hi. Still me.")]
    ),
    "SubRip without gaps": Mended(
        file_of("1\n00:00:01,000 --> 00:00:02,000\nHi.\n2\n00:00:03,000 --> 00:00:04,000\nHo."),
        [("", "Hi."), ("", "Ho.")],
    ),
    "a colon in a sentence": Mended(
        file_of("Ana: Here is the thing: I left.\nTom: So: what now?\nAna: No idea."),
        [("Ana", "Here is the thing: I left."), ("Tom", "So: what now?"), ("Ana", "No idea.")],
    ),
    "paragraphs of nobody": Mended(
        file_of("We began late. One thing: rain.\nIt went on.\n\nThen we left."),
        [("", "We began late. One thing: rain. It went on."), ("", "Then we left.")],
    ),
    "a name of a thousand letters": Mended(
        as_json([passage(word("Hi"), name="N" * 1_000)]), [("", f"{'N' * 1_000}: Hi")]
    ),
    "a participant without a name": Mended(as_json([passage(word("Hi"), name=None)]), [("Speaker 1", "Hi")]),
    "the older Recall.ai form": Mended(
        as_json([{"speaker": "Ana", "words": [{"text": "Hi", "start_timestamp": 0.5, "end_timestamp": 1}]}]),
        [("Ana", "Hi")],
    ),
    "a Word document": Mended(docx, [("Ana", "Hello"), ("Tom", "Hi")]),
    "words that were deleted in Word": Mended(
        lambda: docx(document("<w:p><w:r><w:t>Kept</w:t><w:delText>gone</w:delText></w:r></w:p>")),
        [("", "Kept")],
    ),
    "a hundred speakers": Mended(file_of("".join(f"Person{n}: Hi\n" for n in range(100)) * 2), 200),
    "twenty thousand words in a breath": Mended(as_json([passage(*[word("a")] * 20_000)]), 10),
    "a monologue of a megabyte": Mended(file_of("Ana: " + "I went home. " * 80_000), 261),
    "a wall without a space": Mended(file_of("Ana: " + "x" * 100_000), 25),
}
