"""
Django's PostgreSQL backend, whose pool hands out no connection that the server has closed meanwhile.

After a restart of PostgreSQL every connection in the pool is dead, and each would fail somebody's request.
Django can ask the server before each use, a round trip; a look at the socket says the same for nothing.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    """ENGINE `journeyloop.postgres`."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Take a connection from the pool, or open one. The pool replaces those that are thrown away."""
        connection: Connection = super().get_new_connection(conn_params)
        while self.pool and _is_hung_up(connection):
            connection.close()
            self.pool.putconn(connection)
            connection = super().get_new_connection(conn_params)
        return connection


def _is_hung_up(connection: Connection) -> bool:
    """Say whether there is something to read: nobody was asked, so it can only be a farewell."""
    return connection.closed or bool(select.select([connection.fileno()], [], [], 0)[0])
