"""Claims as JSON and back, for the parts of a session that wait for the others. Pure."""

from typing import Any

from pydantic import TypeAdapter

from companion.engine.analysis.verify import Verified

_VERIFIED = TypeAdapter(Verified)


def dump(found: Verified) -> Any:
    """Write what one part gave."""
    return _VERIFIED.dump_python(found, mode="json")


def load(stored: Any) -> Verified:
    """Read it back."""
    return _VERIFIED.validate_python(stored)
