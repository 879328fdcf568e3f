"""What can go wrong with a model, and what the coach reads then. Pure; needs no model library."""

from collections.abc import Mapping
from typing import Literal

from companion.engine.usage import Usage

FailureKind = Literal[
    "overloaded",
    "rate_limited",
    "spend_limit",
    "server",
    "timeout",
    "cut",
    "stalled",
    "endless",
    "unreadable",
    "refused_key",
    "bad_request",
    "unreachable",
]

RETRYABLE: frozenset[FailureKind] = frozenset(
    {"overloaded", "rate_limited", "server", "timeout", "cut", "stalled", "unreadable", "unreachable"}
)
"""
Kinds that another attempt may mend. A spend limit, a refused key and a bad request stay what they are, and
what ran on to the deadline would run on again, for as much money.
"""

WORDS: Mapping[FailureKind, str] = {
    "overloaded": "The AI service is very busy just now. Your message is safe; please try again in a minute.",
    "rate_limited": "The AI service asks us to slow down. Your message is safe; try again in a minute.",
    "spend_limit": "The AI account has reached its spending limit. I can answer again once it is raised.",
    "server": "The AI service had a fault of its own. Your message is safe; please try again.",
    "timeout": "The answer took too long, so I stopped waiting. Your message is safe; please try again.",
    "cut": "The connection broke off in mid-answer. What had arrived is kept; please try again.",
    "endless": "My answer did not come to an end, so I stopped it. What had arrived is kept; ask again.",
    "stalled": "My answer stopped half-way and did not go on. What had arrived is kept; please try again.",
    "unreadable": "The AI service sent something unreadable. Your message is safe; please try again.",
    "refused_key": "The AI service did not accept our key. Whoever runs JourneyLoop needs to check it.",
    "bad_request": "The AI service would not take this request. Trying again will not help.",
    "unreachable": "I cannot reach the AI service. Your message is safe; please try again in a moment.",
}


class ModelFailure(Exception):  # noqa: N818  it is the name of the fact that turns are marked with
    """A model call that gave no whole answer."""

    def __init__(
        self,
        kind: FailureKind,
        *,
        detail: str = "",
        retry_after: float | None = None,
        partial_text: str = "",
        usage: Usage | None = None,
    ) -> None:
        """Keep what the turn needs: `detail` is for the log, `words` for the coach."""
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind: FailureKind = kind
        self.retryable = kind in RETRYABLE
        self.retry_after = retry_after
        """Seconds that the provider asked us to wait; None when it did not say."""
        self.partial_text = partial_text
        """What of the message had arrived; kept and marked."""
        self.usage = usage or Usage()
        """What is known to have been used, so that a failed attempt is paid for too."""
        self.words = WORDS[kind]
