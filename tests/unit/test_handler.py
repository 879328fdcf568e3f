"""How requests reach Django and answers leave: in threads that are kept, and keep nothing."""

import asyncio
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.signals import request_finished
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from journeyloop.handler import Handler

both = threading.Barrier(2)


def where(request: HttpRequest) -> JsonResponse:
    """Tell the thread and the time zone, and leave another zone behind."""
    found = {"thread": threading.get_ident(), "zone": timezone.get_current_timezone_name()}
    timezone.activate("Asia/Tokyo")
    return JsonResponse(found)


def meet(request: HttpRequest) -> HttpResponse:
    both.wait(timeout=10)
    return HttpResponse(request.body)


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(BytesIO(b"x" * 100_000), filename="x.txt")


urlpatterns = [path("where", where), path("meet", meet), path("file", file)]


@pytest.fixture
def handler(settings: LazySettings) -> Handler:
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    return Handler()


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What happened, in its order: sendings, and the end of a request."""
    happened: list[str] = []

    def note(**_: Any) -> None:
        happened.append("finished")

    request_finished.connect(note)
    yield happened
    request_finished.disconnect(note)


async def ask(
    handler: Handler, path: str, *, body: bytes = b"", told: list[str] | None = None, gone: bool = False
) -> list[dict[str, Any]]:
    """Ask as a server does; returns what was sent."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"} if gone else {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)
        if told is not None:
            told.append(message["type"])

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""}
    await handler(scope, receive, send)
    return sent


def test_a_thread_is_kept_and_keeps_nothing(handler: Handler) -> None:
    async def twice() -> list[Any]:
        return [(await ask(handler, "/where"))[1]["body"] for _ in range(2)]

    first, second = asyncio.run(twice())

    assert b'"zone": "UTC"' in first
    assert first == second


def test_requests_do_not_wait_for_one_another(handler: Handler) -> None:
    async def together() -> list[Any]:
        return await asyncio.gather(*(ask(handler, "/meet", body=body) for body in (b"one", b"two")))

    assert [sent[1]["body"] for sent in asyncio.run(together())] == [b"one", b"two"]


def test_a_request_has_ended_when_its_answer_leaves(handler: Handler, told: list[str]) -> None:
    asyncio.run(ask(handler, "/where", told=told))

    assert told == ["finished", "http.response.start", "http.response.body"]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_a_file_is_closed_once_it_has_left(handler: Handler, told: list[str]) -> None:
    sent = asyncio.run(ask(handler, "/file", told=told))

    assert b"".join(message.get("body", b"") for message in sent) == b"x" * 100_000
    assert [told[0], told[-1]] == ["http.response.start", "finished"]
    assert told.count("finished") == 1


def test_what_fails_is_answered_too(handler: Handler, told: list[str]) -> None:
    sent = asyncio.run(ask(handler, "/nowhere", told=told))

    assert (sent[0]["status"], told[0]) == (404, "finished")


def test_a_browser_that_has_gone_is_not_answered(handler: Handler, told: list[str]) -> None:
    assert asyncio.run(ask(handler, "/where", told=told, gone=True)) == []
    assert told == []
