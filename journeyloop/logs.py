"""Logs: one JSON line per event in production, readable lines in development."""

import traceback
from typing import Any

import structlog
from structlog.typing import ExcInfo

CHAIN = 10
"""Exceptions of one chain that are shown."""


def logging_settings(*, readable: bool) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that both kinds of logger write the same lines."""
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": steps,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_renderers(readable),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structlog"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "propagate": False},
            "uvicorn": {"handlers": [], "propagate": True},  # in place of its own format
            "uvicorn.access": {"handlers": [], "propagate": False},  # the platform's router writes these
            "apscheduler": {"level": "WARNING"},  # it tells of every tick
            "django_eventstream": {"level": "WARNING"},  # and it of every stream
        },
    }


def _renderers(readable: bool) -> list[Any]:
    if readable:
        # The rich traceback would print local variables, and they hold what people said.
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    return [structlog.processors.ExceptionRenderer(_places), structlog.processors.JSONRenderer()]


def _places(exc_info: ExcInfo) -> str:
    """
    Say what broke and where, never in the exception's own words.

    A database's words quote the row, and a validator's the value: what people said.
    """
    error: BaseException | None = exc_info[1]
    shown: list[str] = []
    while error is not None and len(shown) < CHAIN:
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        shown.append("".join([*traceback.format_tb(error.__traceback__), name]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(shown))
