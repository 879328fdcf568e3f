"""What can go wrong in the model libraries, and what each fault means for whoever asked."""

from pydantic_ai import exceptions as faults

from companion.engine.failures import FailureKind, ModelFailure
from companion.engine.patience import OutOfPatienceError
from companion.engine.response import UnreadableAnswerError
from companion.engine.usage import Usage

SPEND_LIMIT_MARK = "spend_limit"
"""Part of the body of a 429 that no waiting mends."""
FAULTS = (faults.AgentRunError, UnreadableAnswerError, OutOfPatienceError, OSError)

_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (faults.ModelQuotaExceededError, "spend_limit"),
    (faults.ModelRateLimitError, "rate_limited"),
    (faults.ModelUnavailableError, "overloaded"),
    (faults.ModelServerError, "server"),
    (faults.ModelTimeoutError, "timeout"),
    (faults.ModelAuthenticationError, "refused_key"),
    (faults.ModelRequestRejectedError, "bad_request"),
    (faults.ModelConnectionError, "unreachable"),
    (UnreadableAnswerError, "unreadable"),
    (faults.UnexpectedModelBehavior, "unreadable"),
    (OSError, "unreachable"),
)
"""What a fault means, the narrower before the wider."""


def failure(error: Exception, *, partial_text: str, usage: Usage) -> ModelFailure:
    """Say what a fault means, keeping what had come and what it cost."""
    return ModelFailure(
        _kind(error, has_begun=bool(partial_text)),
        detail=str(error),
        retry_after=getattr(error, "retry_after", None),
        partial_text=partial_text,
        usage=usage,
    )


def _kind(error: Exception, *, has_begun: bool) -> FailureKind:
    if isinstance(error, OutOfPatienceError):
        return error.kind
    if isinstance(error, faults.ModelAPIError) and SPEND_LIMIT_MARK in str(error.body):
        return "spend_limit"
    kind: FailureKind = next((kind for fault, kind in _KINDS if isinstance(error, fault)), "server")
    return "cut" if has_begun and kind in {"unreachable", "unreadable"} else kind
