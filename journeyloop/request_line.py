"""One log line for each request that a view answered: what an operator follows, in ids and numbers."""

import re
import time
from collections.abc import Callable
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse

from journeyloop.ids import uuid7

GetResponse = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
"""The platform's router numbers requests itself; its number is taken, so that its lines and ours meet."""
NUMBER = re.compile(r"[0-9A-Za-z-]{16,64}", re.ASCII)
PROBES = {"healthz", "readyz"}
DENIED = {401, 403, 429}

log = structlog.get_logger(__name__)


class RequestLine:
    """Give a request its number, in every line that is written meanwhile, and tell how it ended."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Stand outermost: what is refused on the way has a line too."""
        began, number = time.monotonic(), _number(request)
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
            _tell(request, response, milliseconds=round((time.monotonic() - began) * 1000))
        response.headers[HEADER] = number
        return response


def _number(request: HttpRequest) -> str:
    given = request.headers.get(HEADER, "")
    return given if NUMBER.fullmatch(given) else str(uuid7())


def _tell(request: HttpRequest, response: HttpResponse, *, milliseconds: int) -> None:
    route, objects = _route(request)
    status = response.status_code
    if status < 400 and (not route or route in PROBES):
        return  # a file, or somebody asking whether we are up
    denied = status in DENIED or (status == 404 and bool(objects))
    tell = log.warning if denied else log.info
    tell(
        "request.denied" if denied else "request.answered",
        method=request.method if route else "?",
        route=route or "?",
        status=status,
        ms=milliseconds,
        **_who(request),
        **({"object": " ".join(objects)} if objects else {}),
    )


def _route(request: HttpRequest) -> tuple[str, list[str]]:
    """Name the pattern and the ids in it; the address itself may hold a secret."""
    match = request.resolver_match
    if match is None:
        return "", []
    return match.view_name, [str(value) for value in match.kwargs.values() if isinstance(value, UUID)]


def _who(request: HttpRequest) -> dict[str, str]:
    if not hasattr(request, "coach"):  # refused before anybody was looked up
        return {}
    user = {"user": str(request.user.pk)} if request.user.is_authenticated else {}
    return user | ({"coach": str(request.coach.pk)} if request.coach else {})
