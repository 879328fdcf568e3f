"""The address `/`: everybody to where their day starts."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from journeyloop.flags import companion_is_on


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Send a visitor to sign in, a coach to the companion, an operator to the queue, others to an account."""
    return redirect(_start_of(request))


def _start_of(request: HttpRequest) -> str:
    if not request.user.is_authenticated:
        return "account_login"
    if getattr(request, "coach", None) is not None:
        return "companion" if companion_is_on() else "client-list"
    return "django_rq:home" if request.user.is_staff else "account_email"
