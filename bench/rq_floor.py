"""
Floor C: the least that ASGI, RQ, Redis and SSE cost, with the same client of the same model server.

No framework, no database, no session: a POST enqueues, a SimpleWorker asks the model and publishes each
piece, and the stream hands it on. Run as `uvicorn bench.rq_floor:app` and `python -m bench.rq_floor`.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import redis
import redis.asyncio
import rq
from anthropic import Anthropic

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
QUEUE = "floor"
OPEN = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache")],
}
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """POST /CHANNEL asks, GET /CHANNEL listens."""
    if scope["type"] != "http":
        return
    channel = scope["path"].strip("/")
    if scope["method"] == "GET":
        await _listen(channel, receive, send)
        return
    body = (await receive())["body"]
    _queue().enqueue("bench.rq_floor.answer", channel, body.decode(), result_ttl=0)
    await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def _listen(channel: str, receive: Receive, send: Send) -> None:
    client = redis.asyncio.from_url(REDIS)
    pubsub = client.pubsub()
    await pubsub.subscribe(channel)
    await send(OPEN)
    await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
    await receive()
    gone = asyncio.ensure_future(receive())
    while not gone.done():
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1)
        if message:
            body = b"data: " + message["data"] + b"\n\n"
            await send({"type": "http.response.body", "body": body, "more_body": True})
    await pubsub.aclose()


def answer(channel: str, text: str) -> None:
    """The job: stream the answer to Redis, piece by piece."""
    messages = [{"role": "user", "content": text}]
    with model().messages.stream(model="fake", max_tokens=1024, messages=messages) as stream:  # type: ignore[arg-type]
        for piece in stream.text_stream:
            store().publish(channel, piece)
    store().publish(channel, "[done]")


@cache
def _queue() -> rq.Queue:
    return rq.Queue(QUEUE, connection=store())


@cache
def store() -> redis.Redis:
    return redis.Redis.from_url(REDIS)


@cache
def model() -> Anthropic:
    return Anthropic(api_key="floor", base_url=os.environ["ANTHROPIC_BASE_URL"], max_retries=0)


if __name__ == "__main__":
    rq.SimpleWorker([QUEUE], connection=store()).work(logging_level="WARNING")
