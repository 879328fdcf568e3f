"""Signed-in coaches as benchmarks need them: an open event stream, and a form to send, many at once."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

STREAM = "/api/v1/companion/events/"
CHAT = "/api/v1/companion/chat/"
PATIENCE = 30.0
"""Seconds until a turn counts as lost."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a browser shows the server."""

    cookies: str
    token: str


@dataclass(slots=True, eq=False)
class Stream(asyncio.Protocol):
    """One event stream: the lines that came, each with its moment. The loop holds it while it is open."""

    lines: list[tuple[float, str]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _rest: bytes = b""
    """The beginning of a line whose end has not come."""

    async def open(self, port: int, path: str, headers: dict[str, str]) -> None:
        """Ask for it and wait for its first line."""
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
        transport.write(request("GET", path, headers))
        await self.wait(0, lambda line: line.startswith("HTTP/"))
        if " 200 " not in self.lines[0][1]:
            raise RuntimeError(f"the stream answered {self.lines[0][1]!r}")
        await self.wait(1, lambda line: line.startswith((":", "event: stream-open", "retry:")))

    def data_received(self, data: bytes) -> None:
        """Note the lines that are whole."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        self.lines += [(time.monotonic(), line.decode().strip()) for line in whole]
        self._news.set()

    async def wait(self, start: int, wanted: Callable[[str], bool], *, since: float = 0.0) -> float:
        """Wait for the first such line past an index and a moment; returns when it came."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for at, line in self.lines[start:]:
                    if at > since and wanted(line):
                        return at
                self._news.clear()
                await self._news.wait()


@dataclass(slots=True)
class Browser:
    """One coach's browser: a stream, and a connection for forms."""

    port: int
    sign_in: SignIn
    stream: Stream = field(default_factory=Stream)
    _connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Open the stream."""
        await self.stream.open(self.port, STREAM, {"Cookie": self.sign_in.cookies})

    async def say(self, text: str) -> tuple[int, float]:
        """Send a message; returns the status and when it was sent."""
        body = json.dumps({"message": text, "request_key": secrets.token_hex(8)})
        sent = time.monotonic()
        status, _ = await self.ask("POST", CHAT, body)
        return status, sent

    async def ask(
        self, method: str, path: str, body: str = "", *, kind: str = "application/json"
    ) -> tuple[int, bytes]:
        """Ask on the kept connection, with a body of this kind; returns status and body."""
        if self._connection is None:
            self._connection = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._connection
        headers = {"Cookie": self.sign_in.cookies, "X-CSRFToken": self.sign_in.token}
        if body:
            headers["Content-Type"] = kind
        writer.write(request(method, path, headers, body))
        return await answer(reader)


def request(method: str, path: str, headers: dict[str, str], body: str = "") -> bytes:
    """Write a request as it goes over the wire."""
    # As they come from the router, which has taken TLS off.
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "X-Forwarded-Proto: https"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append("Origin: https://127.0.0.1")
        lines.append(f"Content-Length: {len(body.encode())}")
    return "\r\n".join([*lines, "", body]).encode()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer whose length is told, or that comes in chunks."""
    status, body, _ = await answer_with_cookies(reader)
    return status, body


async def answer_with_cookies(reader: asyncio.StreamReader) -> tuple[int, bytes, str]:
    """Read one answer, and the cookies that it sets as a browser would send them back."""
    status = int((await reader.readline()).split()[1])
    headers: dict[bytes, bytes] = {}
    cookies = []
    while line := (await reader.readline()).strip():
        name, _, value = line.partition(b":")
        headers[name.lower()] = value.strip()
        if name.lower() == b"set-cookie":
            cookies.append(value.strip().partition(b";")[0].decode())
    if headers.get(b"transfer-encoding") == b"chunked":
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get(b"content-length", b"0")))
    return status, body, "; ".join(cookies)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return body
