"""How the offline model listens and how it varies its words. Pure."""

import re
from collections.abc import Sequence
from functools import cache
from zlib import crc32


@cache
def spoken(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for what people type: any case, over line ends."""
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


def pick(choices: Sequence[str], occasion: str, turn: int) -> str:
    """Pick one wording, always the same one for the same occasion."""
    return choices[(crc32(occasion.encode()) + turn) % len(choices)]
