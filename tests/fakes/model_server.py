"""
A stand-in for the Messages API on loopback, for tests and benchmarks. Standard library only.

It answers with what a test scripted, in order, and after that with a short structured answer of its own. It
streams in pieces, keeps a prompt cache with the provider's rules, misbehaves on demand, and records all:

    with model_server() as server:
        server.reply("Good morning", memory_updates=[...])
        server.fail(529)
        ...
        assert server.requests[0].body["system"]

By itself: `python -m tests.fakes.model_server --port 9099 --first 0.3 --gap 0.02`.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import math
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LOOK_BACK = 20
"""Blocks before a breakpoint in which the provider looks for an older one."""
CACHE_SECONDS = 300.0
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    500: "api_error",
    529: "overloaded_error",
}
WORDS = "Yes, I see what you mean, and I would begin with the smallest step that you can take this week."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One scripted behaviour. Pieces are counted from the first one of the text."""

    text: str = ""
    """What streams; empty means a structured answer with a few words."""
    piece: int = 12
    """Characters in a piece."""
    first: float | None = None
    """Seconds before the first piece; None takes the server's."""
    gap: float | None = None
    """Seconds between two pieces; None takes the server's."""
    status: int = 200
    retry_after: float | None = None
    error_message: str = ""
    cut_after: int | None = None
    """Drop the connection after so many pieces."""
    error_after: int | None = None
    """Send an error event after so many pieces."""
    stall_after: int | None = None
    """Fall silent after so many pieces, until the client goes away."""
    is_mute: bool = False
    """Take the request and never say a word."""
    resets: bool = False
    """Drop the connection with a reset, as a firewall or a crash does, and not with an end."""
    garbage: str = ""
    """Say this in place of an answer, as a proxy in between would."""
    stop_reason: str = "end_turn"


@dataclass(slots=True, kw_only=True)
class Request:
    """What was asked and what came of it. Times are CLOCK_MONOTONIC, which all processes share."""

    body: dict[str, Any]
    headers: Mapping[str, str]
    arrived_at: float
    sent_at: list[float] = field(default_factory=list)
    """When each piece was sent."""
    outcome: str = "ok"
    """ok, error, cut or client_gone."""
    input_tokens: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output_tokens: int = 0

    @property
    def last_message(self) -> str:
        """What is to be answered, as it came."""
        return json.dumps(self.body.get("messages", [""])[-1], ensure_ascii=False)

    @property
    def first_at(self) -> float:
        """When the first piece was sent; 0 before."""
        return self.sent_at[0] if self.sent_at else 0.0

    @property
    def last_at(self) -> float:
        """When the latest piece was sent; 0 before the first."""
        return self.sent_at[-1] if self.sent_at else 0.0


Answering = Callable[[Request], str]


class ClientGoneError(Exception):
    """The client closed its side."""


class CutError(Exception):
    """The connection is dropped on purpose."""

    def __init__(self, resets: bool) -> None:
        super().__init__(resets)
        self.resets = resets


@dataclass(slots=True, kw_only=True)
class ModelServer:
    """The script and the record of a running server."""

    first: float = 0.0
    gap: float = 0.0
    cache_min: int = 1_024
    """Tokens below which nothing is cached."""
    url: str = ""
    is_open: bool = True
    """A closed server takes requests and lets them wait."""
    answering: "Answering | None" = None
    """How it answers once its script has run out; None is plain words."""
    moods: dict[str, Reply] = field(default_factory=dict)
    """How it behaves, each time, towards whoever's last message holds these words; before any script."""
    requests: list[Request] = field(default_factory=list)
    _script: deque[Reply] = field(default_factory=deque)
    _cache: dict[bytes, float] = field(default_factory=dict)

    def reply(self, chat_message: str, **parts: object) -> None:
        """Script one structured answer."""
        self._script.append(
            Reply(text=json.dumps({"chat_message": chat_message, **parts}, ensure_ascii=False))
        )

    def play(self, *replies: Reply) -> None:
        """Script any behaviour."""
        self._script.extend(replies)

    def fail(
        self, status: int, *, times: int = 1, retry_after: float | None = None, message: str = "injected"
    ) -> None:
        """Script refusals."""
        refusal = Reply(status=status, retry_after=retry_after, error_message=message)
        self._script.extend([refusal] * times)

    def calm(self) -> None:
        """Forget what was scripted and has not been played."""
        self._script.clear()

    def reset(self) -> None:
        """Forget script, moods, record and cache, and be nobody in particular again."""
        self.is_open, self.answering = True, None
        self.moods.clear()
        self.requests.clear()
        self._script.clear()
        self._cache.clear()

    def asked(self, words: str) -> list[Request]:
        """Find the requests whose last message holds these words."""
        return [request for request in self.requests if words in request.last_message]

    def next_reply(self, request: Request) -> Reply:
        """Take the mood for these words, or the next scripted behaviour."""
        for words, reply in self.moods.items():
            if words in request.last_message:
                return reply
        return self._script.popleft() if self._script else Reply()

    def account(self, request: Request) -> None:
        """Reckon tokens as the provider's prompt cache would report them, four characters to a token."""
        digest = hashlib.blake2b(str(request.body.get("model")).encode(), digest_size=16)
        marks: list[tuple[bytes, int, bool]] = []
        total = 0
        for text, is_breakpoint in prompt_blocks(request.body):
            digest.update(text.encode())
            total += count(text)
            marks.append((digest.copy().digest(), total, is_breakpoint))
        read = stored = 0
        for index, (_, size, is_breakpoint) in enumerate(marks):
            if is_breakpoint:
                read = max(read, self._cached(marks[max(0, index - LOOK_BACK) : index + 1]))
                stored = size if size >= self.cache_min else stored
        for key, size, is_breakpoint in marks:
            if is_breakpoint and size >= self.cache_min:
                self._cache[key] = time.monotonic() + CACHE_SECONDS
        request.cache_read, request.cache_write = read, max(0, stored - read)
        request.input_tokens = total - read - request.cache_write

    def _cached(self, marks: list[tuple[bytes, int, bool]]) -> int:
        now = time.monotonic()
        return next((size for key, size, _ in reversed(marks) if self._cache.get(key, 0.0) > now), 0)


def compact(value: object) -> str:
    """Write JSON as it is on the wire."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def count(text: str) -> int:
    """Reckon tokens."""
    return math.ceil(len(text) / 4)


def prompt_blocks(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """List the blocks of a prompt in the order in which they are cached: schema, tools, system, messages."""
    if output := (body.get("output_config") or {}).get("format"):
        yield compact(output), False
    for tool in body.get("tools") or ():
        yield _block("", tool)
    system = body.get("system") or ()
    for block in [{"type": "text", "text": system}] if isinstance(system, str) else system:
        yield _block("", block)
    for message in body.get("messages") or ():
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield _block(message["role"], block)


def _block(role: str, block: Mapping[str, Any]) -> tuple[str, bool]:
    bare = {key: value for key, value in block.items() if key != "cache_control"}
    return role + compact(bare), "cache_control" in block


def prompt_tokens(body: Mapping[str, Any]) -> int:
    """Count a prompt as the benchmarks do: bytes of system, messages, tools and output schema, by four."""
    return math.ceil(sum(len(text.encode()) for text, _ in prompt_blocks(body)) / 4)


class _Exchange:
    """One request and its answer over a connection that may carry more."""

    def __init__(
        self, server: ModelServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.request: Request | None = None

    async def handle(self) -> None:
        method, path, headers, body = await self._read()
        if method != "POST" or not path.startswith("/v1/messages"):
            self._send(404, error_body(404, f"no {path} here"))
            return
        request = Request(body=json.loads(body), headers=headers, arrived_at=time.monotonic())
        self.request = request
        self.server.account(request)
        self.server.requests.append(request)
        reply = self.server.next_reply(request)
        if reply.is_mute:
            await self._until_gone()
        elif reply.garbage:
            request.outcome = "error"
            self._send_raw(200, reply.garbage.encode(), kind="text/html")
        elif reply.status != 200:
            request.outcome = "error"
            self._send(
                reply.status, error_body(reply.status, reply.error_message), retry_after=reply.retry_after
            )
        elif request.body.get("stream"):
            await self._stream(request, reply)
        else:
            await self._whole(request, reply)

    async def _read(self) -> tuple[str, str, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return method, path, headers, await self.reader.readexactly(int(headers.get("content-length", 0)))

    def _send(self, status: int, value: object, *, retry_after: float | None = None) -> None:
        wait = f"retry-after: {retry_after:g}\r\n" if retry_after is not None else ""
        self._send_raw(status, compact(value).encode(), kind="application/json", more=wait)

    def _send_raw(self, status: int, data: bytes, *, kind: str, more: str = "") -> None:
        head = f"HTTP/1.1 {status} Said\r\n{more}content-type: {kind}\r\ncontent-length: {len(data)}"
        self.writer.write(f"{head}\r\n\r\n".encode() + data)

    def _event(self, kind: str, **fields: object) -> None:
        raw = f"event: {kind}\ndata: {compact({'type': kind, **fields})}\n\n".encode()
        self.writer.write(b"%x\r\n%b\r\n" % (len(raw), raw))

    async def _whole(self, request: Request, reply: Reply) -> None:
        text = "".join([piece async for piece in self._pieces(request, reply)])
        self._send(
            200, _message(request, content=[{"type": "text", "text": text}], stop_reason=reply.stop_reason)
        )

    async def _stream(self, request: Request, reply: Reply) -> None:
        self.writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        self._event("message_start", message=_message(request, content=[], stop_reason=None))
        self._event("content_block_start", index=0, content_block={"type": "text", "text": ""})
        async for piece in self._pieces(request, reply):
            self._event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
            await self.writer.drain()
        if request.outcome == "error":
            self._event(
                "error", **{key: value for key, value in error_body(529, "injected").items() if key != "type"}
            )
        else:
            self._event("content_block_stop", index=0)
            usage = {"output_tokens": request.output_tokens}
            self._event(
                "message_delta", delta={"stop_reason": reply.stop_reason, "stop_sequence": None}, usage=usage
            )
            self._event("message_stop")
        self.writer.write(b"0\r\n\r\n")

    async def _pieces(self, request: Request, reply: Reply) -> AsyncIterator[str]:
        """Yield each piece when it is due, or the misfortune that was scripted for it."""
        while not self.server.is_open:
            await self._until(time.monotonic() + 0.01)
        text = reply.text or (self.server.answering or own_words)(request)
        pieces = [text[start : start + reply.piece] for start in range(0, len(text), reply.piece)]
        first = self.server.first if reply.first is None else reply.first
        gap = self.server.gap if reply.gap is None else reply.gap
        for index, piece in enumerate(pieces):
            await self._until(request.arrived_at + first + index * gap)
            if index == reply.cut_after:
                raise CutError(reply.resets)
            if index == reply.error_after:
                request.outcome = "error"
                return
            if index == reply.stall_after:
                await self._until_gone()
            request.sent_at.append(time.monotonic())
            request.output_tokens += count(piece)
            yield piece

    async def _until(self, moment: float) -> None:
        if (delay := moment - time.monotonic()) > 0:
            await asyncio.sleep(delay)
        if self.reader.at_eof() or self.writer.is_closing():
            raise ClientGoneError

    async def _until_gone(self) -> None:
        await self.writer.drain()
        await self.reader.read(1)
        raise ClientGoneError


def own_words(request: Request) -> str:
    """Answer when nothing is scripted: structured where asked, always the same for the same prompt."""
    mark = hashlib.blake2b(compact(request.body.get("messages")).encode(), digest_size=4).hexdigest()
    words = f"({mark}) {WORDS}"
    return compact({"chat_message": words}) if "output_config" in request.body else words


def error_body(status: int, message: str) -> dict[str, object]:
    """Shape an error as the provider does."""
    return {"type": "error", "error": {"type": ERROR_TYPES.get(status, "api_error"), "message": message}}


def _message(request: Request, *, content: list[object], stop_reason: str | None) -> dict[str, object]:
    return {
        "id": "msg_fake",
        "type": "message",
        "role": "assistant",
        "model": request.body.get("model"),
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": request.input_tokens,
            "cache_read_input_tokens": request.cache_read,
            "cache_creation_input_tokens": request.cache_write,
            "output_tokens": request.output_tokens,
        },
    }


async def _serve(server: ModelServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of one connection."""
    exchange = None
    try:
        while True:
            exchange = _Exchange(server, reader, writer)
            await exchange.handle()
            await writer.drain()
    except CutError as cut:
        _mark(exchange, "cut")
        if cut.resets:
            # To linger for no time at all is to reset.
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
    except (ClientGoneError, ConnectionError):
        _mark(exchange, "client_gone")
    except asyncio.IncompleteReadError:
        return
    finally:
        writer.close()


def _mark(exchange: _Exchange | None, outcome: str) -> None:
    if exchange and exchange.request:
        exchange.request.outcome = outcome


async def _run(server: ModelServer, port: int, ready: threading.Event, stop: asyncio.Event) -> None:
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            connections.add(task)
            task.add_done_callback(connections.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await _serve(server, reader, writer)

    listener = await asyncio.start_server(connected, "127.0.0.1", port, limit=2**22, backlog=1_024)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    ready.set()
    await stop.wait()
    listener.close()
    for task in list(connections):
        task.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


@contextlib.contextmanager
def model_server(*, first: float = 0.0, gap: float = 0.0, port: int = 0) -> Iterator[ModelServer]:
    """Run a server in a thread of its own while the block lasts; port 0 takes a free one."""
    server, ready, stop = ModelServer(first=first, gap=gap), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=loop.run_until_complete,
        args=(_run(server, port, ready, stop),),
        name="model-server",
        daemon=True,
    )
    thread.start()
    try:
        if not ready.wait(10):
            raise RuntimeError("the model server did not start")
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def main() -> None:
    """Run by itself until interrupted."""
    form = argparse.ArgumentParser(description="A stand-in for the Messages API on loopback.")
    form.add_argument("--port", type=int, default=9_099)
    form.add_argument("--first", type=float, default=0.0, help="seconds before the first piece")
    form.add_argument("--gap", type=float, default=0.0, help="seconds between two pieces")
    given = form.parse_args()
    with (
        contextlib.suppress(KeyboardInterrupt),
        model_server(first=given.first, gap=given.gap, port=given.port) as s,
    ):
        print(f"model server on {s.url}", flush=True)  # noqa: T201  it is a program of its own
        threading.Event().wait()


if __name__ == "__main__":
    main()
