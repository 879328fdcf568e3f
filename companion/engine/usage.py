"""What a model call used. Pure."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens, US dollars, and the wait for the first text. `input_tokens` counts the cached ones too."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    first_text_ms: int | None = None
    """From the claim to the first text that the coach could read; None when there was none."""
