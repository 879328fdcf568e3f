"""
Read one file from standard input and write what was said as JSON to standard output.

Sets its own limits before it looks at a byte: seconds of processor, memory, no files written, no processes
started. Whoever starts it limits the time by the clock (`apart`).
"""

import json
import resource
import sys
from typing import Any

from coaching.transcripts.reading import read
from coaching.transcripts.shapes import MAX_BYTES, TranscriptError

CPU_SECONDS = 20
MEMORY = 512 * 1024 * 1024
"""Of address space. Reading the largest file that is allowed takes about half."""

TOO_BIG = "Reading this file takes more memory than a transcript should."


def main() -> None:
    """Answer with a reading, or with what is wrong."""
    _limit()
    json.dump(_answer(sys.stdin.buffer.read(MAX_BYTES + 1)), sys.stdout, ensure_ascii=True)


def _limit() -> None:
    for what, amount in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (amount, amount))


def _answer(content: bytes) -> dict[str, Any]:
    try:
        reading = read(content)
    except TranscriptError as error:
        return {"words": error.words, "line": error.line}
    except (MemoryError, RecursionError):
        return {"words": TOO_BIG, "line": None}
    said = [[each.speaker, each.text, each.starts_ms, each.ends_ms] for each in reading.said]
    return {"format": reading.format, "remarks": reading.remarks, "said": said}


if __name__ == "__main__":
    main()
