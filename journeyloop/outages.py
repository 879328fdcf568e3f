"""
Answer 503 with a hint when the database or the disk is away, wherever in a request that turned out.

Django makes a 500 of it, with a page of its own when DEBUG is on, and says by a signal alone what it was.
"""

import errno
import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

GetResponse = Callable[[HttpRequest], HttpResponse]

RETRY_SECONDS = 5
"""When it is worth another try."""
READ_ONLY = "25006"
"""PostgreSQL's code for a write where only reading is possible."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_outage(error: BaseException | None) -> bool:
    """Say whether the database could not be asked (refused, restarted, full, overrun) or our disk is full."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return isinstance(error, OperationalError | InterfaceError) or takes_no_writes(error)


def takes_no_writes(error: BaseException | None) -> bool:
    """Say whether the database is there and read-only, as a copy is until it has taken over."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    return getattr(cause, "sqlstate", None) == READ_ONLY


class DatabaseOutage:
    """Stands outside of everything that asks the database."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        got_request_exception.connect(_remember)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through and look whether it failed for want of a database or of room."""
        response = self.get_response(request)
        if not getattr(request, "met_outage", False):
            return response
        # Without the request: what every page is told of its reader would have to be asked for.
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})


class _NoReport:
    """
    Stands in for Django's page for developers, which nobody will see.

    It would show every variable, and a query among them asks the database again, for five seconds each.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def get_traceback_html(self) -> str:
        return ""

    get_traceback_text = get_traceback_html


def _remember(*, request: HttpRequest | None, **_: Any) -> None:
    if request is not None and is_outage(sys.exc_info()[1]):
        request.met_outage = True  # type: ignore[attr-defined] # read above alone
        request.exception_reporter_class = _NoReport  # type: ignore[assignment] # what Django asks of one
