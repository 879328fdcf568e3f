"""One embedded Valkey, which keeps nothing on disk: whatever it holds can be rebuilt from PostgreSQL."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

from journeyloop.embedded.homes import EmbeddedServicesError, Home
from journeyloop.embedded.processes import spawn, stop

START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    password: str

    @property
    def url(self) -> str:
        """Return its address."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        """Stop it; there is nothing to save."""
        stop(self.process, (signal.SIGTERM, 5))


def start(home: Home, *, port: int) -> Valkey:
    """Start Valkey and wait until it answers."""
    # In a file, because arguments are shown to everybody on the machine.
    configuration = home.path / "valkey.conf"
    configuration.touch(mode=0o600)
    address = f"bind 127.0.0.1\nport {port}\nrequirepass {home.password}\n"
    configuration.write_text(f'{address}save ""\nappendonly no\ndir "{home.path}"\n')
    if home.user_id is not None:
        os.chown(configuration, home.user_id, -1)
    log = home.path / "valkey.log"
    with log.open("ab") as output:
        process = spawn(
            [home.valkey_server, configuration], output=output, directory=home.path, user_id=home.user_id
        )
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            stop(process)
            last = log.read_text(errors="replace").splitlines()[-5:]
            raise EmbeddedServicesError("The embedded Valkey did not start:\n" + "\n".join(last))
        time.sleep(0.02)
    return Valkey(process, port, home.password)


def _answers(port: int) -> bool:
    """Say whether something speaks the protocol there; an error is answer enough, we sent no password."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(1) in {b"+", b"-"}
    except OSError:
        return False
