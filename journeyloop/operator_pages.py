"""
The queue's own pages for operators, under /django-rq/.

They are built on the admin's templates; no admin site is served. Its few names that the templates link to
lead to our own pages instead, so there is one way to sign in and no second one without its protections.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django_rq.urls import get_admin_urlpatterns, get_api_urlpatterns
from rq import serializers
from rq.registry import StartedJobRegistry

View = Callable[..., HttpResponseBase]


def staff_only(view: View) -> View:
    """Show nothing to anybody else, not even that there is a page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def disarm() -> None:
    """
    Let nothing that lies in Redis run in here, though an operator looks at it.

    The library opens some jobs with RQ's own default, which is pickle, whatever the settings say; and before
    it counts the running ones it calls what an abandoned one names as its failure callback.
    """
    serializers.PickleSerializer = serializers.JSONSerializer  # type: ignore[assignment] # on purpose
    StartedJobRegistry.cleanup = lambda *_args, **_named: None  # type: ignore[method-assign] # on purpose


def _leads_to(name: str, target: str) -> URLPattern:
    return path(f"{name}/", staff_only(RedirectView.as_view(pattern_name=target)), name=name)


names_of_the_admin = [
    _leads_to("index", "django_rq:home"),
    _leads_to("login", "account_login"),
    _leads_to("logout", "account_logout"),
    _leads_to("password_change", "account_change_password"),
]

disarm()

# These come unguarded, for API tokens that we do not hand out.
figures = get_api_urlpatterns()
for figure in figures:
    figure.callback = staff_only(figure.callback)

urlpatterns: list[URLPattern | URLResolver] = [
    path("go/", include((names_of_the_admin, "admin"))),
    path("", include((figures + get_admin_urlpatterns(view_wrapper=staff_only), "django_rq"))),
]
