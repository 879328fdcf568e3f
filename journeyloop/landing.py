"""The address `/`: everybody to where their day starts."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from journeyloop.flags import companion_is_on


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Send visitors to sign in, coaches to the companion, operators to operations, others to an account."""
    return redirect(_start_of(request))


def _start_of(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return "account_login"
    if getattr(request, "coach", None) is not None:
        return "companion" if companion_is_on() else "client-list"
    return "operations:overview" if request.user.is_staff else "account_email"
