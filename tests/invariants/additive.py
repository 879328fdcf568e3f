"""
Whether the release before can go on working beside a migration: expand first, contract a release later.

For some minutes old and new code run side by side, and a bad release is taken back by starting the one before
on the newer tables. So a migration may add; what takes away, renames or narrows waits until nothing uses it.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.migrations import operations as ops
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, Field

from journeyloop.tenancy.walls import SameCoach, Wall

ALWAYS_FINE = (
    ops.AddIndex,
    ops.AlterModelManagers,
    ops.AlterModelOptions,
    ops.CreateModel,
    ops.RemoveConstraint,  # what was refused is now taken
    ops.RemoveIndex,
    ops.RenameIndex,
    SameCoach,
    Wall,
)


def faults_of(migration: Migration, before: ProjectState) -> Iterator[str]:
    """Name what the release before could stumble over; the migration starts from the state `before`."""
    state, made = before.clone(), set()
    for operation in migration.operations:
        table = str(getattr(operation, "model_name", getattr(operation, "model", ""))).lower()
        if isinstance(operation, ops.CreateModel):
            made.add(operation.name.lower())
        if table not in made and (fault := _fault_of(operation, migration.app_label, state)):
            yield f"{migration.app_label}.{migration.name}: {operation.describe()}: {fault}"
        operation.state_forwards(migration.app_label, state)


def _fault_of(operation: Any, app: str, state: ProjectState) -> str:
    if isinstance(operation, ALWAYS_FINE):
        return ""
    if isinstance(operation, ops.AddField):
        return _of_new(operation.field)
    if isinstance(operation, ops.AlterField):
        return _of_changed(
            state.models[app, operation.model_name_lower].fields[operation.name], operation.field
        )
    if isinstance(operation, ops.AddConstraint):
        return "a new rule on a table that old code writes to"
    return "takes something away, renames it, or does what nobody can foresee"


def _of_new(field: "Field[Any, Any]") -> str:
    if field.null or field.many_to_many or field.db_default is not NOT_PROVIDED:
        return ""
    return "old code adds rows without it: give it null=True or a db_default"


def _of_changed(old: "Field[Any, Any]", new: "Field[Any, Any]") -> str:
    if old.null and not new.null:
        return "old code may still write NULL"
    if old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED and not new.null:
        return "old code may leave it to the database"
    if _type(old) != _type(new) and not _is_wider(old, new):
        return f"from {_type(old)} to {_type(new)}"
    return ""


def _type(field: "Field[Any, Any]") -> str | None:
    """Name the column's type, or what it refers to."""
    return str(field.remote_field.model).lower() if field.is_relation else field.db_type(connection)


def _is_wider(old: "Field[Any, Any]", new: "Field[Any, Any]") -> bool:
    """Say whether a text may only have become longer."""
    longest = (getattr(old, "max_length", None), getattr(new, "max_length", None))
    return old.get_internal_type() in {"CharField", "TextField"} and (
        new.get_internal_type() == "TextField" or (None not in longest and longest[0] <= longest[1])
    )
