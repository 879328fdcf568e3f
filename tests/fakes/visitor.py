"""A browser without a screen, over real HTTP: it keeps cookies and fills forms in."""

import json
import re
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from tests.processes import Process

PATIENCE_SECONDS = 120
"""The first request waits for the server to start."""


class Visitor:
    """One person at one server."""

    def __init__(self, server: Process, **headers: str) -> None:
        self.cookies = CookieJar()
        self._server = server
        self._headers = headers
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))
        self._token = ""

    def get(self, path: str) -> tuple[int, str]:
        """Open a page and remember its token for forms."""
        status, page = self._ask(Request(self._server.url + path, headers=self._headers))  # noqa: S310
        self._token = (re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page) or [self._token])[0]
        return status, page

    def post(self, path: str, form: dict[str, Any]) -> tuple[int, str]:
        """Send a form as the page that was opened last would."""
        body = urlencode({**form, "csrfmiddlewaretoken": self._token}).encode()
        return self._ask(Request(self._server.url + path, body, headers=self._headers))  # noqa: S310 # loopback

    def post_json(self, path: str, content: object, **headers: str) -> tuple[int, str]:
        """Send JSON as a program would."""
        told = {**self._headers, "content-type": "application/json", **headers}
        return self._ask(Request(self._server.url + path, json.dumps(content).encode(), headers=told))  # noqa: S310

    def _ask(self, request: Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=PATIENCE_SECONDS) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode(errors="replace")
