"""
A backup by the owner of the tables, and how many rows each table had at the same moment.

Only the owner sees every practice's rows; another role's dump would stop or, worse, hold none of them.
"""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction
from psycopg import sql

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


class BackupError(Exception):
    """There is no backup; the words say why."""


def dump(file: Path) -> dict[str, int]:
    """Write a dump in PostgreSQL's own format; returns the rows of each table. Raises BackupError."""
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupError("There is no pg_dump here. It comes with PostgreSQL's client programs.")
    with _snapshot() as snapshot, _whole(file) as part:
        done = subprocess.run(  # noqa: S603 - no shell, and the file name is one argument
            [program, "--format=custom", f"--snapshot={snapshot}", f"--file={part}"],
            env=_address(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BackupError(f"pg_dump failed: {done.stderr.strip()}")
        return count_rows()


def count_rows() -> dict[str, int]:
    """Count the rows of each table as the owner sees them: all."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(_TABLES)
        names = [name for (name,) in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            (counts[name],) = cursor.fetchone()
    return counts


def differences(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Say which tables do not hold what they held."""
    return [
        f"{name}: {before.get(name, 'no table')} before, {after.get(name, 'no table')} now"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Give a place beside the file; what is there takes its name when all went well, and goes otherwise."""
    part = file.with_name(f"{file.name}.part")
    try:
        yield part
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _snapshot() -> Iterator[str]:
    """Hold one moment of the database: whoever names it sees the same rows, though others write on."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _address() -> dict[str, str]:
    """Tell libpq where to go by variables: an address among the arguments shows the password to everybody."""
    database = connections["owner"].settings_dict
    names = {
        "HOST": "PGHOST",
        "PORT": "PGPORT",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "NAME": "PGDATABASE",
    }
    options = {f"PG{name.upper()}": value for name, value in database["OPTIONS"].items() if name == "sslmode"}
    return {**options, **{theirs: str(database[ours]) for ours, theirs in names.items() if database[ours]}}
