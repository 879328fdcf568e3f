"""
Statements that PostgreSQL parses and plans once on each connection, and several of them in one round trip.

Under row-level security a small statement is planned for several times as long as it runs. A pipeline of the
driver's own prepared statements would be planned once as well, but costs Python what it saves PostgreSQL.
"""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors

_OUTDATED = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
"""A migration has changed a column since, or the server knows the statement no more."""
_NAMED = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One statement."""

    sql: str
    """With `$1`, `$2` … where values go."""
    values: Sequence[str]
    """What these are called, in this order."""
    name: str
    """What operators see of it, with a number behind."""

    def filled(self, **values: Any) -> "tuple[Prepared, list[Any]]":
        """Give what `run` takes."""
        return self, [values[name] for name in self.values]


def from_named(sql: str, *, name: str) -> Prepared:
    """Take a statement with `%(value)s` in its places, none within quotes, and no `%` doubled."""
    numbers = count(1)
    return Prepared(_NAMED.sub(lambda _: f"${next(numbers)}", sql), _NAMED.findall(sql), name)


def run(
    database: BaseDatabaseWrapper, asked: Sequence[tuple[Prepared, Iterable[Any]]]
) -> list[list[tuple[Any, ...]]]:
    """Send statements with their values in one round trip; returns the rows of each."""
    texts = calls(database, [statement for statement, _ in asked])
    with database.cursor() as cursor:
        try:
            cursor.execute(";\n".join(texts), [value for _, values in asked for value in values])
        except DatabaseError as error:
            if isinstance(error.__cause__, _OUTDATED):
                _known.pop(database.connection, None)  # the next time they are prepared afresh
            raise
        found = [_rows(cursor)]
        for _ in asked[1:]:
            cursor.nextset()
            found.append(_rows(cursor))
    return found


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return list(cursor.fetchall()) if cursor.description else []


# How each connection calls what it has prepared. A transaction that is undone leaves that as it is.
_known: "WeakKeyDictionary[Any, dict[Prepared, str]]" = WeakKeyDictionary()
_numbers = count(1)
_PROCESS = secrets.token_hex(4)
"""Stands in every name: behind a pooler that mixes connections up, nobody runs another's statement."""


def calls(database: BaseDatabaseWrapper, statements: Sequence[Prepared]) -> list[str]:
    """Say what to send for each; what the connection has not met is prepared now, in one round trip."""
    database.ensure_connection()
    known = _known.setdefault(database.connection, {})
    if new := [each for each in dict.fromkeys(statements) if each not in known]:
        known |= _prepare(database, new)
    return [known[each] for each in statements]


def _prepare(database: BaseDatabaseWrapper, statements: Sequence[Prepared]) -> dict[Prepared, str]:
    # Never the same name again: of several, those before a broken one stay with the server.
    names = {each: f"{each.name}_{_PROCESS}_{next(_numbers)}" for each in statements}
    text = ";\n".join(f"PREPARE {name} AS {each.sql}" for each, name in names.items())
    # Past Django's cursor: this belongs to the connection, not to whoever happens to come first.
    with database.wrap_database_errors, database.connection.cursor() as cursor:
        cursor.execute(text)
    return {each: f"EXECUTE {name}{_places(each)}" for each, name in names.items()}


def _places(statement: Prepared) -> str:
    return f"({', '.join(['%s'] * len(statement.values))})" if statement.values else ""
