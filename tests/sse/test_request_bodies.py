"""What a request may bring along, whoever sends it: measured at a server, for Django never sees the rest."""

import socket
from collections.abc import Iterator

import pytest

from journeyloop import bodies
from tests.processes import Process

PIECE = b"x" * 100_000
HEAD = b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture
def line(server: Process) -> Iterator[socket.socket]:
    """A line to a running server, on which nobody is signed in."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        yield connection


def test_a_body_that_is_announced_as_too_large_is_not_read(line: socket.socket) -> None:
    line.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (bodies.LIMIT + 1))

    assert line.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_does_not_end_is_left_at_the_limit(line: socket.socket) -> None:
    line.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(bodies.LIMIT // len(PIECE) + 1):
        line.sendall(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))

    assert line.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_within_the_limit_is_read(line: socket.socket) -> None:
    line.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(PIECE) + PIECE)

    assert line.recv(4096).startswith(b"HTTP/1.1 403 ")
