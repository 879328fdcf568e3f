"""
Reads that happen in every turn: written once in a process, and sent together in one round trip.

Django takes longer to write a statement than PostgreSQL to answer it. A reading is a QuerySet like any
other, with a `slot` wherever a value goes that differs from one time to the next:

    SOON = Reading(lambda: CoachingSession.objects.filter(starts_at__lt=slot("until")))
    soon, layers = read(SOON(until=now + WEEK), LAYERS())

The open tenant's id is a slot by itself. Nothing but the text of the statement is kept, and its plan by each
connection.
"""

from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection
from django.db.models import BooleanField, Expression, Field, Func, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal

from journeyloop.postgres import prepared
from journeyloop.postgres.prepared import Prepared
from journeyloop.tenancy.door import current_tenant, for_any_tenant

_COACH = "open tenant"

Shape = Callable[[Sequence[tuple[Any, ...]]], list[Any]]
"""What makes objects of rows."""


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
    """Whether an id is among those of a slot's list: `filter(AnyOf("client", slot("clients")))`."""

    # Not `IN (SELECT unnest(…))`: of that PostgreSQL makes a join, and may read the whole table for it.
    template = "%(expressions)s::uuid[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and how its rows become objects."""

    prepared: Prepared
    shape: Shape


def statement_of(model: type[Model], sql: str, parameters: Sequence[Any], shape: Shape) -> Statement:
    """Number the slots of what Django wrote, and write out whatever it would send besides."""
    slots, numbered = [], []
    connection.ensure_connection()
    for each in parameters:
        if isinstance(each, Slot):
            slots.append(each.name)
            numbered.append(f"${len(slots)}")
        else:
            numbered.append(Literal(each).as_string(connection.connection))
    return Statement(Prepared(sql % tuple(numbered), slots, model._meta.db_table), shape)


class Written(ABC):
    """A statement that is written when it is first sent, for any tenant, and kept."""

    def __init__(self) -> None:
        self._statement: Statement | None = None

    def __call__(self, **values: Any) -> "Filled":
        """Fill the slots."""
        return Filled(self, values)

    @property
    def statement(self) -> Statement:
        """Write it, once."""
        if self._statement is None:
            with for_any_tenant(Slot(_COACH)):
                self._statement = self._write()
        return self._statement

    @abstractmethod
    def _write(self) -> Statement: ...


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement with the values for its slots."""

    written: Written
    values: Mapping[str, Any]

    def parameters(self) -> list[Any]:
        """List what the statement needs, in its order."""
        return [self._value(name) for name in self.written.statement.prepared.values]

    def _value(self, name: str) -> Any:
        return current_tenant().coach_id if name == _COACH else self.values[name]


class Reading(Written):
    """A QuerySet. Its rows are named tuples after `values(…)` and `values_list(…)`, instances otherwise."""

    def __init__(self, rows: Callable[[], "QuerySet[Any, Any]"]) -> None:
        super().__init__()
        self._rows = rows

    def _write(self) -> Statement:
        rows = self._rows()
        compiler = rows.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        columns = [column for column, _, _ in cast(Any, compiler.select)]
        return statement_of(rows.model, sql, parameters, shape_of(compiler, columns, _maker(rows, compiler)))


class Tally(Reading):
    """How many rows a QuerySet has: one row, which is the number."""

    def _write(self) -> Statement:
        rows = self._rows().order_by()
        sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
        return statement_of(
            rows.model,
            f"SELECT count(*) FROM ({sql}) AS counted",  # noqa: S608 - the statement that Django wrote
            parameters,
            lambda found: [number for (number,) in found],
        )


def read(*filled: Filled) -> list[list[Any]]:
    """Send all of these in one round trip; returns the rows of each."""
    statements = [each.written.statement for each in filled]
    asked = zip((each.prepared for each in statements), (each.parameters() for each in filled), strict=True)
    found = prepared.run(connection, list(asked))
    return [statement.shape(rows) for statement, rows in zip(statements, found, strict=True)]


def shape_of(compiler: SQLCompiler, columns: list[Any], make: Callable[[Sequence[Any]], Any]) -> Shape:
    """Make objects of rows as Django would: each column read by its field, then put together."""
    converters = compiler.get_converters(columns)

    def shape(found: Sequence[tuple[Any, ...]]) -> list[Any]:
        converted = compiler.apply_converters(found, converters) if converters else found
        return [make(row) for row in converted]

    return shape


def _maker(rows: "QuerySet[Any, Any]", compiler: Any) -> Callable[[Sequence[Any]], Any]:
    if not issubclass(cast(Any, rows)._iterable_class, ModelIterable):
        row_type = namedtuple("Row", list(cast(Any, rows.query.selected)))  # type: ignore[misc] # known only now
        return cast(Callable[[Sequence[Any]], Any], row_type._make)
    places = compiler.klass_info["select_fields"]
    own = slice(places[0], places[-1] + 1)
    make = instances_of(rows.model, [column.target for column, _, _ in compiler.select[own]])
    added = compiler.annotation_col_map or {}
    # The stubs are of a newer Django.
    related = get_related_populators(compiler.klass_info, compiler.select, "default")  # type: ignore[call-arg]

    def whole(row: Sequence[Any]) -> Any:
        instance = make(row[own])
        for each in related:
            each.populate(row, instance)
        for name, place in added.items():
            setattr(instance, name, row[place])
        return instance

    return whole if added or related else make


def instances_of(model: type[Model], fields: Iterable[Any]) -> Callable[[Sequence[Any]], Any]:
    """Make what turns a row of these fields into an instance."""
    names = [field.attname for field in fields]
    return lambda row: model.from_db("default", names, row)
