"""
Logs: one JSON line per event in production, readable lines in development, and nobody's words in either.

Our own lines hold an event's name and the keys below. Of what libraries say only the form is kept, with
numbers; what they would fill in may be an address, a query or a row.
"""

import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import ExcInfo

CHAIN = 10
"""Exceptions of one chain that are shown."""
LONGEST = 200
"""Characters of one value."""
KEYS = frozenset(
    """
    after again_in_ms beat by cached_tokens claim claims client coach coaches code commitment consequence
    count deed detail errand error fence first_text_ms given goal input_tokens is_deaf job key kind
    lost_errands lost_turns method milestone model ms note object output_tokens place purpose reason request
    route seconds session silent_since size source status tick_seconds tidy_minutes transcript turn
    turns_at_once usd user utterances version worker
    """.split()  # noqa: SIM905  # a list would take a line each
)
"""What a line may hold besides its event: ids, names from the code, numbers."""
_ABOUT_THE_LINE = frozenset({"event", "level", "logger", "timestamp", "exc_info", "exception", "stack"})
_TRUSTED = {"psycopg.pool", "uvicorn.error"}
"""Libraries whose whole sentences an operator needs; they speak of connections and ports."""

Event = MutableMapping[str, Any]


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
                "use_get_message": False,
                "pass_foreign_args": True,
                "processors": [_form_only, _known_only, *_renderers(readable)],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structlog"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO"},  # in place of its own handlers, which write all
            "django.server": {"handlers": ["stderr"], "propagate": False},
            "uvicorn": {"handlers": [], "propagate": True},  # in place of its own format
            "uvicorn.access": {"handlers": [], "propagate": False},  # request_line.py writes these
            "apscheduler": {"level": "WARNING"},  # it tells of every tick
            "django_eventstream": {"level": "WARNING"},  # and it of every stream
            "httpx2": {"level": "WARNING"},  # and it of every call of a model
        },
    }


def _form_only(_logger: Any, _method: str, event: Event) -> Event:
    """Take what a library filled into its sentence out of it again, but for numbers."""
    given = event.get("positional_args")
    if event["_from_structlog"] or not isinstance(given, tuple):
        return event
    if event["_record"].name not in _TRUSTED:
        given = tuple(each if isinstance(each, int | float) else "…" for each in given)
    with suppress(TypeError, ValueError):  # it wants a number where there is none
        event["event"] = event["event"] % given
    return event


def _known_only(_logger: Any, _method: str, event: Event) -> Event:
    """Keep what a line may hold, each value no longer than an id or a reason needs."""
    kept = {name: value for name, value in event.items() if name in _ABOUT_THE_LINE}
    return kept | {name: str(event[name])[:LONGEST] for name in sorted(KEYS & event.keys())}


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
