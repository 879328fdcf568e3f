"""
Counts tokens for budgets, offline. An estimate for every model but one family; the bill comes from the
provider.

tiktoken is imported on the first exact count only: it costs 140 ms and 30 MB. The file of its encoding is
found through TIKTOKEN_CACHE_DIR, which the settings point at the copy that ships with the project.
"""

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tiktoken import Encoding

CHUNK = 50_000
"""Characters counted at once: one endless word would cost the encoder quadratic time."""


class EncodingMissingError(Exception):
    """Counting would need the network."""


class OverBudgetError(Exception):
    """A text is longer than its budget, or the sum of all is."""

    def __init__(self, *, layer: str, tokens: int, cap: int, total: int, total_cap: int) -> None:
        """Keep the figures that the coach is shown."""
        self.layer, self.tokens, self.cap, self.total, self.total_cap = layer, tokens, cap, total, total_cap
        if tokens > cap:
            words = f"{layer} has {tokens:,} tokens; it may have {cap:,}."
        else:
            words = f"With {layer} all together have {total:,} tokens; they may have {total_cap:,}."
        super().__init__(words)


@cache
def _encoding() -> "Encoding":
    if not os.environ.get("TIKTOKEN_CACHE_DIR"):
        raise EncodingMissingError(
            "TIKTOKEN_CACHE_DIR is not set; point it at the folder that holds the cl100k_base encoding"
        )
    import tiktoken  # lazy on purpose, see the module's docstring

    return tiktoken.get_encoding("cl100k_base")


def estimate(text: str) -> int:
    """Count the tokens of a text."""
    if not text:
        return 0
    encoding = _encoding()
    pieces = (text[start : start + CHUNK] for start in range(0, len(text), CHUNK))
    return sum(len(encoding.encode_ordinary(piece)) for piece in pieces)


def upper_bound(text: str) -> int:
    """Give a count that the true one never exceeds, without the encoder: a token has a byte at least."""
    return len(text.encode())


def rough(text: str) -> int:
    """Guess at four bytes a token: for fitting memory, where a tenth more or less harms nobody."""
    return -(-len(text.encode()) // 4)


def fits(text: str, cap: int) -> bool:
    """Tell whether a text is within a cap, counting exactly only when it is near."""
    return upper_bound(text) <= cap or estimate(text) <= cap
