"""
Reads that happen in every turn: written once in a process, and sent together in one round trip.

Django takes longer to write a statement than PostgreSQL to answer it. A reading is a QuerySet like any
other, with a `slot` wherever a value goes that differs from one time to the next:

    SOON = Reading(lambda: CoachingSession.objects.filter(starts_at__lt=slot("until")))
    soon, layers = read(SOON(until=now + WEEK), LAYERS())

The open tenant's id is a slot by itself. Nothing but the text of the statement is kept.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection
from django.db.models import Expression, Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from journeyloop.tenancy.door import current_tenant, for_any_tenant

_COACH = "open tenant"


def slot(name: str) -> Any:
    """Leave a place for a value that is given when the statement is sent; goes wherever that value could."""
    return Slot(name)


class Slot(Expression):
    """A place in a statement. Of any type, as PostgreSQL finds out."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=Field())
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override] # the parameter stands for itself until it is sent
        """Leave the place open."""
        return "%s", [self]


class AnyOf(Func):
    """The values of a slot that holds a list of ids: `filter(client__in=AnyOf(slot("clients")))`."""

    template = "SELECT unnest(%(expressions)s::uuid[])"


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement with open slots, and how its rows become objects."""

    sql: str
    parameters: Sequence[Any]
    shape: Callable[[Sequence[tuple[Any, ...]]], list[Any]]


class Reading:
    """A QuerySet whose statement is written when it is first read. Its rows are named tuples or instances."""

    def __init__(self, rows: Callable[[], "QuerySet[Any, Any]"]) -> None:
        """Take what makes the QuerySet: `values_list(…, named=True)` gives tuples, else instances."""
        self._rows = rows
        self._statement: _Statement | None = None

    def __call__(self, **values: Any) -> "Asked":
        """Fill the slots; `read` sends it."""
        return Asked(self, values)

    @property
    def statement(self) -> _Statement:
        """Write it, once."""
        if self._statement is None:
            with for_any_tenant(Slot(_COACH)):
                self._statement = _write(self._rows())
        return self._statement


@dataclass(frozen=True, slots=True)
class Asked:
    """A reading with the values for its slots."""

    reading: Reading
    values: Mapping[str, Any]

    def parameters(self) -> list[Any]:
        """List what the statement needs, in its order."""
        return [
            self._value(each.name) if isinstance(each, Slot) else each
            for each in self.reading.statement.parameters
        ]

    def _value(self, name: str) -> Any:
        return current_tenant().coach_id if name == _COACH else self.values[name]


def read(*asked: Asked) -> list[list[Any]]:
    """Send all of these in one round trip; returns the rows of each."""
    statements = [each.reading.statement for each in asked]
    parameters = [value for each in asked for value in each.parameters()]
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(each.sql for each in statements), parameters)
        found = [statements[0].shape(cursor.fetchall())]
        for statement in statements[1:]:
            cursor.nextset()
            found.append(statement.shape(cursor.fetchall()))
    return found


def _write(rows: "QuerySet[Any, Any]") -> _Statement:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    columns = [column for column, _, _ in cast(Any, compiler.select)]
    converters = compiler.get_converters(columns)
    make = _maker(rows, columns)

    def shape(found: Sequence[tuple[Any, ...]]) -> list[Any]:
        converted = compiler.apply_converters(found, converters) if converters else found
        return [make(row) for row in converted]

    return _Statement(sql, parameters, shape)


def _maker(rows: "QuerySet[Any, Any]", columns: Sequence[Any]) -> Callable[[Sequence[Any]], Any]:
    if rows.query.values_select or rows.query.annotation_select:
        row_type = namedtuple("Row", list(cast(Any, rows.query.selected)))  # type: ignore[misc] # known only now
        return cast(Callable[[Sequence[Any]], Any], row_type._make)
    names = [column.target.attname for column in columns]
    return lambda row: rows.model.from_db("default", names, row)
