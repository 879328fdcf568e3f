"""The server's entry: the event stream answered by its own door, everything else by Django."""

import gc
import os
import warnings
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journeyloop.settings")
django.setup(set_prefix=False)

# Needs the apps that the line above has loaded.
from companion.api.events import answers  # noqa: E402
from companion.api.events.readers import RefusedError  # noqa: E402
from companion.api.events.streams import stream  # noqa: E402
from journeyloop.bodies import BodyTooLargeError, limited  # noqa: E402
from journeyloop.flags import companion_is_on  # noqa: E402
from journeyloop.handler import Handler  # noqa: E402
from journeyloop.outages import is_outage  # noqa: E402
from journeyloop.tenancy.boot import refuse_wrong_role  # noqa: E402

# In a thread: where there are several web processes, each imports this inside its event loop.
with ThreadPoolExecutor(1) as _thread:
    _thread.submit(refuse_wrong_role).result()

# WhiteNoise answers with open files. They are read in a thread, which is right for files.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

pages = Handler()
# What is loaded by now stays: the collector need not go through it again with every few pages.
gc.collect()
gc.freeze()
EVENTS_PATH = "/api/v1/companion/events/"


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Stream before Django, whose handler would hold a thread and a connection for each open stream."""
    if scope["type"] == "http" and scope["path"] == EVENTS_PATH and companion_is_on():
        await stream(scope, receive, send)
        return
    try:
        await pages(scope, limited(scope, receive), send)
    except BodyTooLargeError:
        await answers.refuse(send, RefusedError(413, "too_large", "The request is too large."))
    except OSError as error:
        # A large body goes to a file before Django's middleware hears of it.
        if not is_outage(error):
            raise
        await answers.refuse(send, RefusedError(503, "unavailable", "There is no room for this just now."))
