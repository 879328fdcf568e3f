"""Keys: UUID version 7, made here so that a row knows its key before it is stored."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """
    Make a UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Keys made later sort later (to the millisecond), so B-tree inserts stay at the right edge.
    """
    value = int.from_bytes(os.urandom(16))
    value = (value & ((1 << 80) - 1)) | (time.time_ns() // 1_000_000) << 80
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
