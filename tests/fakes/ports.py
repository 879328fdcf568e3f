"""A port for a process that begins to listen later."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """Hold a free port until the end of the block: it is given to nobody, and a server may listen there."""
    with socket.socket() as holder:
        # Linux lets a server have it too, because both reuse the address and we do not listen.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
