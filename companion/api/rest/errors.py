"""One shape for every error: `{"error": {"code", "message", "details"}}`."""

from collections.abc import Mapping
from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from journeyloop.outages import RETRY_SECONDS, is_outage

log = structlog.get_logger(__name__)

MESSAGES: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "The request could not be read."),
    401: ("not_signed_in", "Sign in, or send a token: `Authorization: Bearer jl_…`."),
    403: ("forbidden", "This is not allowed here."),
    404: ("not_found", "There is nothing here, or it is not yours."),
    405: ("method_not_allowed", "This address does not take that method."),
    422: ("invalid", "Something in the request does not fit."),
    500: ("server_error", "Something went wrong on our side. It has been noted."),
    503: (
        "unavailable",
        "Our database is away for a moment. Nothing was changed; try again in a few seconds.",
    ),
}


class ErrorDetail(Schema):
    """What went wrong, for a program and for a person."""

    code: str
    message: str
    details: dict[str, Any] = {}


class ErrorShape(Schema):
    """Every error looks like this."""

    error: ErrorDetail


class RefusedError(Exception):
    """The request is understood and not allowed; code and message are for the caller."""

    def __init__(self, code: str, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.code = code


def answer(
    status: int, *, code: str = "", message: str = "", details: Mapping[str, Any] | None = None
) -> JsonResponse:
    """Make an error; without words it has those of its status."""
    usual = MESSAGES.get(status, ("error", "The request was not carried out."))
    error = {"code": code or usual[0], "message": message or usual[1], "details": dict(details or {})}
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_SECONDS)}}.get(status, {})
    return JsonResponse({"error": error}, status=status, headers={"Cache-Control": "no-store", **headers})


def install(api: NinjaAPI) -> None:
    """Let the API answer every exception in this shape."""
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(RefusedError, _refused)
    api.add_exception_handler(HttpError, _by_status)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Exception, _broken)


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(404)


def _by_status(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error.status_code)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(403, code=error.code, message=str(error))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Name each field and its fault, without the value that was sent."""
    fields = {
        ".".join(str(step) for step in fault["loc"][1:]) or "body": fault["msg"] for fault in error.errors
    }
    return answer(422, details={"fields": fields})


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    """Log what happened; the caller learns only that it did. The middleware then undoes what was written."""
    if is_outage(error):
        return answer(503)
    log.error("api.failed", exc_info=error)
    return answer(500)
