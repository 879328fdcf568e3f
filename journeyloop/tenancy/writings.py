"""
Writes that happen in every turn, as `readings` are read: written once in a process, sent together.

    ASKED = NewRow(lambda: Message(id=slot("id"), conversation_id=slot("conversation"), text=slot("text")))
    COUNTED = Change(lambda: Conversation.objects.filter(pk=slot("conversation")), last_number=slot("number"))
    _, (message,) = write(COUNTED(conversation=…, number=7), ASKED(id=uuid7(), conversation=…, text="Hello"))

What Django does while it saves a row is not done (`auto_now`), and what differs from row to row needs a slot.
Row-level security refuses a row of another coach's.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.db.models import Field, Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery

from journeyloop.tenancy.door import current_tenant
from journeyloop.tenancy.readings import (
    Filled,
    Statement,
    Written,
    instances_of,
    read,
    shape_of,
    statement_of,
)


class NewRow(Written):
    """One row to insert; comes back as an instance, with what the database has added."""

    def __init__(self, row: Callable[[], Model]) -> None:
        """Take what makes the row, with slots in it; its coach is the open tenant's."""
        super().__init__()
        self._row = row

    def _write(self) -> Statement:
        row: Any = self._row()
        fields = [field for field in row._meta.concrete_fields if not field.generated]
        _refuse_frozen(row, self._row(), fields)
        row.coach_id = current_tenant().coach_id
        query = InsertQuery(type(row))
        query.insert_values(fields, [row], raw=True)
        compiler: Any = query.get_compiler(connection=connection)
        compiler.returning_fields = fields
        ((sql, parameters),) = compiler.as_sql()
        columns = [field.get_col(row._meta.db_table) for field in fields]
        shape = shape_of(compiler, columns, instances_of(type(row), fields))
        return statement_of(type(row), sql, parameters, shape)


class Change(Written):
    """Some columns of some rows to update."""

    def __init__(self, rows: Callable[[], "QuerySet[Any, Any]"], **values: Any) -> None:
        super().__init__()
        self._rows, self._values = rows, values

    def _write(self) -> Statement:
        rows = self._rows()
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(self._values)
        sql, parameters = query.get_compiler(connection=connection).as_sql()
        return statement_of(rows.model, sql, parameters, list)


def _refuse_frozen(row: Model, again: Model, fields: Iterable["Field[Any, Any]"]) -> None:
    """Raise for a field whose value is made anew for each row, and would stand in all of them here."""
    for field in fields:
        if getattr(row, field.attname) != getattr(again, field.attname):
            raise TypeError(f"{field} needs a slot: each row has a value of its own")


def write(*filled: Filled) -> list[list[Any]]:
    """Send all of these in one round trip, in this order; returns the new rows of each."""
    return read(*filled)
