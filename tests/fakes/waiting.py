"""Wait for what another process is about to do, and say what was missing when it does not."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], *, seconds: float = 60.0, what: str = "") -> T:
    """Look again and again until there is something to see. Patience costs nothing while all is well."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:g} s in vain for {what or look}")
        time.sleep(0.02)
    return seen
