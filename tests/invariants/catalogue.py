"""Questions to PostgreSQL's own catalogue: what the tables of the test database really are."""

from typing import Any

from django.conf import settings
from django.db import connection

APP, SYSTEM = (settings.DATABASES[alias]["USER"] for alias in ("default", "system"))


def ask(query: str, *parameters: Any) -> list[Any]:
    """Return the first column of the answer."""
    return [row[0] for row in rows(query, *parameters)]


def rows(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the answer."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def tables() -> set[str]:
    """Name every table of the schema."""
    return set(ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))


def tables_with(word: str) -> set[str]:
    """Name the tables in which a word stands, as the open tenant sees them."""
    held = {
        table: ask(f'SELECT count(*) FROM "{table}" r WHERE r::text LIKE %s', f"%{word}%")
        for table in tables()
    }
    return {table for table, (count,) in held.items() if count}


def unique_keys(table: str) -> list[list[str]]:
    """List the columns of each unique index but the primary key, in order."""
    return ask(
        """
        SELECT array_agg(coalesce(attribute.attname, 'expression')::text ORDER BY place)
        FROM pg_index AS index, unnest(index.indkey) WITH ORDINALITY AS key(number, place)
        LEFT JOIN pg_attribute AS attribute
          ON attribute.attrelid = %s::regclass AND attribute.attnum = key.number AND key.number > 0
        WHERE index.indrelid = %s::regclass AND index.indisunique AND NOT index.indisprimary
        GROUP BY index.indexrelid
        """,
        table,
        table,
    )


def leading_columns(table: str) -> set[str]:
    """Name the columns that begin an index."""
    return set(
        ask(
            """
            SELECT attribute.attname FROM pg_index AS index JOIN pg_attribute AS attribute
              ON attribute.attrelid = index.indrelid AND attribute.attnum = index.indkey[0]
            WHERE index.indrelid = %s::regclass
            """,
            table,
        )
    )


def foreign_keys(table: str) -> set[tuple[str, ...]]:
    """List the columns of each foreign key."""
    found = ask(
        """
        SELECT (SELECT array_agg(attname::text ORDER BY place)
                FROM unnest(conkey) WITH ORDINALITY AS key(number, place)
                JOIN pg_attribute ON attrelid = conrelid AND attnum = number)
        FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
        """,
        table,
    )
    return {tuple(columns) for columns in found}


def readable_columns(role: str, table: str, right: str = "SELECT") -> set[str]:
    """Name the columns on which a role has a right."""
    return set(
        ask(
            """
            SELECT attname FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
              AND has_column_privilege(%s, attrelid, attnum, %s)
            """,
            table,
            role,
            right,
        )
    )


def table_rights(role: str, table: str) -> set[str]:
    """Name what a role may do with a whole table."""
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    return {right for right in rights if ask("SELECT has_table_privilege(%s, %s, %s)", role, table, right)[0]}
