"""Who may open a page, beyond being signed in (LoginRequiredMiddleware sees to that)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse

from coaching.accounts.http import CoachRequest, UserRequest

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


def confirmation_required(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """
    Ask who it is before what a stolen session must not do: give out a key, or everything at once.

    Not within five minutes of the last answer. What was posted is kept, and done after the answer.
    """
    confirmed: Callable[P, HttpResponse] = reauthentication_required(app="allauth.account")(view)
    return confirmed


def operator_required(
    view: Callable[Concatenate[UserRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Show an operator's page to staff who have no practice; to anybody else it does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not getattr(request.user, "is_staff", False) or getattr(request, "coach", None) is not None:
            raise Http404
        return view(cast("UserRequest", request), *args, **kwargs)

    return guarded
