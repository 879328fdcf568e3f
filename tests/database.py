"""The test database from its owner's side: emptied after a test that commits, and scratch ones beside it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""Rows that migrations made."""
DEADLOCKS_FORGIVEN = 5

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def empty_tables() -> None:
    """Empty every table but for what migrations and releases load."""
    connections.close_all()
    for _ in range(DEADLOCKS_FORGIVEN):
        try:
            _truncate()
        except psycopg.errors.DeadlockDetected:  # a process was in the middle of a transaction
            continue
        break
    call_command("load_skills", verbosity=0)
    connections.close_all()


def urls() -> dict[str, str]:
    """Return the addresses of the test database, one per role, by the variable that names it."""
    names = {"default": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "system": "DATABASE_SYSTEM_URL"}
    return {
        name: "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connections[alias].settings_dict)
        for alias, name in names.items()
    }


@contextmanager
def scratch(name: str) -> Iterator[None]:
    """Lead every alias to a new, empty database until the end of the block."""
    address = urls()["DATABASE_OWNER_URL"]
    before = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            _lead_to(name)
            yield
        finally:
            _lead_to(before)
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _truncate() -> None:
    with psycopg.connect(urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET lock_timeout = '20s'")
        tables = {name for (name,) in owner.execute(_TABLES)} - KEPT
        names = sql.SQL(", ").join(sql.Identifier(table) for table in sorted(tables))
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))


def _lead_to(name: str) -> None:
    for connection in connections.all():
        connection.close()
        if "pool" in connection.settings_dict["OPTIONS"]:
            connection.close_pool()
        connection.settings_dict["NAME"] = name
