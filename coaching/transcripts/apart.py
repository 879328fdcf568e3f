"""Read a file in a process of its own, which knows no secret and is stopped when it takes too long."""

import asyncio
import json
import os
import sys
from pathlib import Path

from coaching.transcripts.shapes import Reading, Said, TranscriptError

SECONDS = 40.0
"""By the clock; the process itself gives up after half as much of the processor's time."""
MAX_ANSWER = 40 * 1024 * 1024

ROOT = Path(__file__).resolve().parents[2]
TOO_LONG = "Reading this file takes longer than a transcript should."
BROKE_OFF = "Reading this file broke off. It may be damaged; save it anew and replace it."


async def read_apart(content: bytes, *, seconds: float = SECONDS) -> Reading:
    """Read a transcript. Raises TranscriptError; when cancelled, the process ends too."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-S", "-E", "-m", "coaching.transcripts"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
        env={"PATH": os.defpath},
        limit=2**20,
    )
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await process.communicate(content)
    except TimeoutError:
        raise TranscriptError(TOO_LONG) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return _reading(answer, code=process.returncode)


def _reading(answer: bytes, *, code: int | None) -> Reading:
    if code != 0 or len(answer) > MAX_ANSWER:
        # A signal says which limit it ran into: SIGXCPU after the processor's time, SIGKILL after that.
        raise TranscriptError(TOO_LONG if code in {-24, -9} else BROKE_OFF)
    try:
        told = json.loads(answer)
    except ValueError:
        raise TranscriptError(BROKE_OFF) from None
    if "words" in told:
        raise TranscriptError(told["words"], line=told["line"])
    said = [
        Said(speaker=speaker, text=text, starts_ms=starts, ends_ms=ends)
        for speaker, text, starts, ends in told["said"]
    ]
    return Reading(format=told["format"], said=said, remarks=told["remarks"])
