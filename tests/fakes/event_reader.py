"""A browser's end of the event stream: a plain socket, so that a test sees what is really on the wire."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

PATH = "/api/v1/companion/events/"
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One event."""

    type: str
    id: str
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class EventReader:
    """One open stream, or the refusal: `status` says which."""

    def __init__(self, port: int, headers: dict[str, str], *, query: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self.connection.connect()
        # `http.client` gives the socket away with the answer; a test wants to hang up on it.
        self.socket: socket.socket = self.connection.sock
        self.connection.request("GET", PATH + query, headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last_id = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self.answer.close()
        self.connection.close()
        self.socket.close()

    def error(self) -> Any:
        """Read a refusal."""
        return json.loads(self.answer.read())["error"]

    def blocks(self) -> Iterator[Heard]:
        """
        Yield every block on the wire, those without data too, until the stream ends.

        Raises TimeoutError in the end: heartbeats would keep a test waiting for what never comes.
        """
        fields: dict[str, str] = {}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while line := self.answer.readline().decode():
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing came in {PATIENCE_SECONDS} s but heartbeats and the like")
            name, _, value = line.rstrip("\n").partition(": ")
            if line != "\n":
                fields[name.rstrip(":")] = value
                continue
            self.last_id = fields.get("id", self.last_id)
            yield Heard(fields.get("event", ""), fields.get("id", ""), fields.get("data", ""))
            fields = {}

    def events(self, *types: str) -> Iterator[Heard]:
        """Yield events, of these types only if any are named."""
        for block in self.blocks():
            if block.data and (not types or block.type in types):
                yield block

    def take(self, count: int, *types: str) -> list[Heard]:
        """Wait for so many events."""
        found: list[Heard] = []
        for event in self.events(*types):
            found.append(event)
            if len(found) == count:
                return found
        raise EOFError(f"the stream ended after {len(found)} of {count} events")

    def opened(self) -> Self:
        """Wait until the stream has read the log and is live."""
        for block in self.blocks():
            if block.type == "stream-open":
                return self
        raise EOFError("the stream ended before it was open")

    def wait_for_end(self) -> list[Heard]:
        """Read until the server ends the stream."""
        return list(self.blocks())
