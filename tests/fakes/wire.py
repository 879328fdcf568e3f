"""A wire between a process and a server, which a test can cut: an outage without stopping anything."""

import contextlib
import selectors
import socket
import threading
import time


class Wire:
    """Listens on a port of its own and passes bytes on to another while it is whole."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.port = 0
        self.lag_seconds = 0.0
        """How long a connection takes to be made."""
        self._listener: socket.socket | None = None
        self._sockets: set[socket.socket] = set()
        self.mend()

    def mend(self) -> None:
        """Accept connections, at the same address as before the cut."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._listener is not None:
            # Only `shutdown` wakes the thread that waits in `accept`.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for each in tuple(self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._carry, args=[near], daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        time.sleep(self.lag_seconds)
        with near, socket.create_connection(("127.0.0.1", self.target_port)) as far:
            self._sockets |= {near, far}
            with contextlib.suppress(OSError), selectors.DefaultSelector() as ready:
                ready.register(near, selectors.EVENT_READ, far)
                ready.register(far, selectors.EVENT_READ, near)
                while all(_pass_on(key) for key, _ in ready.select()):
                    pass
            self._sockets -= {near, far}


def _pass_on(key: selectors.SelectorKey) -> bool:
    assert isinstance(key.fileobj, socket.socket)
    part = key.fileobj.recv(65536)
    key.data.sendall(part)
    return bool(part)
