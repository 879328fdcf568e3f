"""What browsers send, read leniently."""

TEXT_LIMIT = 60_000
"""Characters that a form may send as one text; any budget is reached long before."""


def whole_number(sent: str) -> int | None:
    """Read a number as one of ours could be; anything else is none."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None
