"""Times as transcripts write them."""

import re

from coaching.transcripts.shapes import MAX_MS

TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
"""Hours and fractions are optional."""

_PARTS = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?\Z")


def milliseconds(text: str) -> int | None:
    """Read a time; None when it is none."""
    found = _PARTS.match(text.strip())
    if not found:
        return None
    hours, minutes, seconds = int(found[1] or 0), int(found[2]), int(found[3])
    if seconds > 59 or (found[1] and minutes > 59):
        return None
    total = ((hours * 60 + minutes) * 60 + seconds) * 1000 + int((found[4] or "0").ljust(3, "0"))
    return total if total <= MAX_MS else None
