"""Errors of every address under /api/ in one shape, whoever made them."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from companion.api.rest.errors import answer

GetResponse = Callable[[HttpRequest], HttpResponse]
API = "/api/"


class ApiErrors:
    """
    Turn pages that say "no" into JSON for programs; a browser and htmx keep their pages and redirects.

    Stands outermost, so that it also sees what other middleware refuses: a missing sign-in, a forged form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through and look at what comes back."""
        response = self.get_response(request)
        if not request.path.startswith(API) or _is_for_a_page(request) or _is_json(response):
            return response
        if _asks_to_sign_in(response):
            return answer(401)
        return answer(response.status_code) if response.status_code >= 400 else response


def _is_for_a_page(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers or "text/html" in request.headers.get("Accept", "")


def _is_json(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("application/json")


def _asks_to_sign_in(response: HttpResponse) -> bool:
    to_sign_in = response.headers.get("Location", "").partition("?")[0] == resolve_url(settings.LOGIN_URL)
    return response.status_code == 302 and to_sign_in
