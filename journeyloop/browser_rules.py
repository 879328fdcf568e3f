"""What a browser is told beyond Django's own settings, and which requests it may not bring."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.csrf import csrf_failure

GetResponse = Callable[[HttpRequest], HttpResponse]

HEADERS: Mapping[str, str] = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
}
SAFE = {"GET", "HEAD", "OPTIONS"}
OURS = {"same-origin", "none"}
"""What a browser says of a request that our own page or the person made; programs say nothing."""


class BrowserRules:
    """Send the headers above, and refuse what another site makes a browser send."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers to whatever comes from further in."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Stand before the check of the form's token: a browser cannot be made to lie about this header."""
        if request.method in SAFE or request.headers.get("Sec-Fetch-Site", "none") in OURS:
            return None
        return csrf_failure(request, reason="another site sent it")
