"""Who may open a page, beyond being signed in (LoginRequiredMiddleware sees to that)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpRequest, HttpResponse

from coaching.accounts.http import CoachRequest

P = ParamSpec("P")


def coach_required(
    view: Callable[Concatenate[CoachRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Show a coach's page to coaches; to anybody else it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if getattr(request, "coach", None) is None:
            raise Http404
        return view(cast("CoachRequest", request), *args, **kwargs)

    return guarded
