"""A coach's program, and what web says to it. Asks again, with the same key, as the page does."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from django.utils import timezone

from coaching.accounts.tokens import make_key
from tests.chaos.talks import Talk
from tests.fakes.nursery import Child

CHAT = "/api/v1/companion/chat/"
PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0 when the connection broke or was refused."""

    status: int
    body: Any = None
    headers: Mapping[str, str] | None = None
    seconds: float = 0.0


class Program:
    """Speaks for one coach with a token, to any web process."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        _, self._token = make_key(owner=talk.coach, name="Program", scopes=["companion"], now=timezone.now())

    def say(
        self, web: Child, text: str, *, key: str | None = None, patience: float = PATIENCE_SECONDS
    ) -> Answer:
        """Post a message once."""
        return self.ask(web, "POST", CHAT, {"message": text, "request_key": key}, patience=patience)

    def ask(
        self, web: Child, method: str, path: str, body: object = None, *, patience: float = PATIENCE_SECONDS
    ) -> Answer:
        """Send one request."""
        connection = HTTPConnection("127.0.0.1", web.port, timeout=patience)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        began = time.monotonic()
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            raw = answer.read()
        except (OSError, HTTPException):
            return Answer(0, seconds=time.monotonic() - began)
        finally:
            connection.close()
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return Answer(
            answer.status, json.loads(raw) if is_json else raw, dict(answer.headers), time.monotonic() - began
        )
