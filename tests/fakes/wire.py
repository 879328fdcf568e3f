"""A wire between a process and a server, with all that can go wrong on one, while nothing is stopped."""

import contextlib
import selectors
import socket
import struct
import threading
import time
from dataclasses import dataclass

PIECE = 65_536
SLICE_SECONDS = 0.05
"""How often a slow wire passes something on."""


@dataclass(slots=True, eq=False)
class _Trip:
    """One connection: the process's end, the server's, and how much the server has said."""

    near: socket.socket
    far: socket.socket
    said: int = 0


class Wire:
    """
    Listens on a port of its own and passes bytes on to another.

    Its troubles may be set while connections are open; `cut` and `mend` end and begin an outage.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.lag_seconds = 0.0
        """How long a connection takes to be made."""
        self.latency_seconds = 0.0
        """How long each piece takes, either way."""
        self.bytes_a_second = 0
        """How fast the server's words come through; 0 is as fast as they are said."""
        self.is_silent = False
        """Take everything and pass on nothing."""
        self.breaks_after: int | None = None
        """Break a connection once the server has said so many bytes on it."""
        self.resets = False
        """Break with a reset, as a firewall or a crash does, and not with an end."""
        self._listener: socket.socket | None = None
        self._trips: set[_Trip] = set()
        self.mend()

    def mend(self) -> None:
        """Accept connections, at the same address as before the cut."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._listener is not None:
            # Only `shutdown` wakes the thread that waits in `accept`.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self.snap()

    def snap(self) -> None:
        """Break every connection; new ones are welcome."""
        for trip in tuple(self._trips):
            self._break(trip)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._carry, args=[near], daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        time.sleep(self.lag_seconds)
        with (
            contextlib.suppress(OSError),
            near,
            socket.create_connection(("127.0.0.1", self.target_port)) as far,
        ):
            trip = _Trip(near, far)
            self._trips.add(trip)
            with contextlib.suppress(OSError, ValueError), selectors.DefaultSelector() as ready:
                ready.register(near, selectors.EVENT_READ, far)
                ready.register(far, selectors.EVENT_READ, near)
                while all(self._pass_on(trip, key) for key, _ in ready.select()):
                    pass
            self._trips.discard(trip)

    def _pass_on(self, trip: _Trip, key: selectors.SelectorKey) -> bool:
        is_said = key.fileobj is trip.far
        source = trip.far if is_said else trip.near
        slow = int(self.bytes_a_second * SLICE_SECONDS) if is_said and self.bytes_a_second else 0
        part = source.recv(slow or PIECE)
        time.sleep(self.latency_seconds + (SLICE_SECONDS if slow else 0))
        if self.is_silent:
            return bool(part)
        if is_said and self.breaks_after is not None:
            part = part[: max(0, self.breaks_after - trip.said)]
        trip.said += len(part) if is_said else 0
        key.data.sendall(part)
        if is_said and self.breaks_after is not None and trip.said >= self.breaks_after:
            self._break(trip)
            return False
        return bool(part)

    def _break(self, trip: _Trip) -> None:
        with contextlib.suppress(OSError):
            if self.resets:
                # To linger for no time at all is to reset.
                trip.near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                trip.near.close()
            else:
                trip.near.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            trip.far.shutdown(socket.SHUT_RDWR)
