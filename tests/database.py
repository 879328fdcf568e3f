"""The test database from its owner's side: made, emptied after a test that commits, others beside it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""Rows that migrations made."""
MIGRATED = "jl_migrated"
"""A copy of the database as a release makes it."""
DEADLOCKS_FORGIVEN = 5

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_LOST_IN_A_COPY = """
SELECT datacl::text FROM pg_database WHERE datname = current_database() AND datacl IS NOT NULL
UNION ALL
SELECT setconfig::text FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase
WHERE datname = current_database()
"""


def make_database() -> None:
    """Make this process's database: the first process of a run migrates, exactly as a release does."""
    name = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        # Held until the connection ends: the others wait for what they are going to copy.
        server.execute("SELECT pg_advisory_lock(1)")
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone():
            _create(server, name, like=MIGRATED)
            return
        _create(server, name)
        call_command("migrate", verbosity=0)
        call_command("load_skills", verbosity=0)
        _refuse_what_a_copy_would_lose()
        _lead_to(name)  # a database that somebody is connected to cannot be copied
        _create(server, MIGRATED, like=name)


def empty_tables() -> None:
    """Empty every table but for what migrations and releases load."""
    connections.close_all()
    for patience in reversed(range(DEADLOCKS_FORGIVEN)):
        try:
            _delete()
        except psycopg.errors.DeadlockDetected:  # a process was in the middle of a transaction
            if patience:
                continue
            raise
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
    """Lead every alias to a database that was migrated and never used, until the end of the block."""
    before = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        _create(server, name, like=MIGRATED)
        try:
            _lead_to(name)
            yield
        finally:
            _lead_to(before)
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _address(database: str) -> str:
    return f"{urls()['DATABASE_OWNER_URL'].rpartition('/')[0]}/{database}"


def _create(server: psycopg.Connection, name: str, *, like: str = "template1") -> None:
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
    )


def _refuse_what_a_copy_would_lose() -> None:
    with psycopg.connect(urls()["DATABASE_OWNER_URL"]) as owner:
        lost = owner.execute(_LOST_IN_A_COPY).fetchall()
    assert lost == [], "a migration set something on the database itself, which CREATE DATABASE does not copy"


def _delete() -> None:
    """Delete all rows. Locked like this, no table holds what an unfinished transaction is about to store."""
    # As superuser: it sees past the walls, and need not care for the order. TRUNCATE makes hundreds of files.
    with psycopg.connect(os.environ["JL_TEST_SUPERUSER_URL"]) as superuser:
        superuser.execute("SET LOCAL lock_timeout = '20s'")
        superuser.execute("SET LOCAL session_replication_role = replica")
        names = sorted({name for (name,) in superuser.execute(_TABLES)} - KEPT)
        tables = {name: sql.Identifier(name) for name in names}
        superuser.execute(sql.SQL("LOCK {}").format(sql.SQL(", ").join(tables.values())))
        question = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        asked = [question.format(sql.Literal(name), table) for name, table in tables.items()]
        for (name,) in superuser.execute(sql.SQL(" UNION ALL ").join(asked)).fetchall():
            superuser.execute(sql.SQL("DELETE FROM {}").format(tables[name]))


def _lead_to(name: str) -> None:
    for connection in connections.all():
        connection.close()
        if "pool" in connection.settings_dict["OPTIONS"]:
            connection.close_pool()
        connection.settings_dict["NAME"] = name
