"""The server's entry: the event stream answered by its own door, everything else by Django."""

import os
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyloop.settings")
django = get_asgi_application()

# Needs the apps that the line above has loaded.
from companion.api.events import answers  # noqa: E402
from companion.api.events.readers import RefusedError  # noqa: E402
from companion.api.events.streams import stream  # noqa: E402
from journeyloop.bodies import BodyTooLargeError, limited  # noqa: E402
from journeyloop.flags import companion_is_on  # noqa: E402
from journeyloop.tenancy.boot import refuse_wrong_role  # noqa: E402

refuse_wrong_role()

# WhiteNoise answers with open files. They are read in a thread, which is right for files.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

EVENTS_PATH = "/api/v1/companion/events/"


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Stream before Django, whose handler would hold a thread and a connection for each open stream."""
    if scope["type"] == "http" and scope["path"] == EVENTS_PATH and companion_is_on():
        await stream(scope, receive, send)
        return
    try:
        await django(scope, limited(scope, receive), send)
    except BodyTooLargeError:
        await answers.refuse(send, RefusedError(413, "too_large", "The request is too large."))
