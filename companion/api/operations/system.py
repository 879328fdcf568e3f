"""Questions to PostgreSQL as jl_system."""

from collections.abc import Mapping
from typing import Any

from django.db import connections


def rows(statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Return the answer of one statement."""
    with connections["system"].cursor() as cursor:
        cursor.execute(statement, values or {})
        return list(cursor.fetchall())
