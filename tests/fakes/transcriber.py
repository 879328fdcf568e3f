"""A transcriber on loopback that speaks `/audio/transcriptions`, and remembers what it was sent."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Transcriber:
    """What it answers next, and what came."""

    url: str
    status: int = 200
    answer: Mapping[str, Any] = field(default_factory=dict)
    asked: list[dict[str, bytes]] = field(default_factory=list)
    """Of each request: its form's fields, and `authorization`."""


@contextmanager
def transcriber() -> Iterator[Transcriber]:
    """Serve until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.fake = Transcriber(f"http://127.0.0.1:{server.server_port}/v1")  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.fake  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        fake: Transcriber = self.server.fake  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/audio/transcriptions":
            self.send_error(404)
            return
        form = _form(self.headers["Content-Type"], body)
        fake.asked.append({**form, "authorization": self.headers["Authorization"].encode()})
        told = json.dumps(fake.answer).encode()
        self.send_response(fake.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _form(kind: str, body: bytes) -> dict[str, bytes]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in message.iter_parts()
    }
