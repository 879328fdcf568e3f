"""
Wall: the migration operation that isolates a table by coach.

Row-level security is enabled, not forced, so that the owner can back up every row (a forced wall
makes pg_dump stop or write empty tables); the application role is never the owner.
"""

from typing import Any, Literal

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import ForeignKey, Model

ClientAccess = Literal["own", "self", "none"]
"""What a client's session sees: rows of its own `client_id`, the row that is itself, or nothing."""

_COACH = "coach_id = (SELECT nullif(current_setting('app.coach', true), '')::uuid)"
_CLIENT = "(SELECT nullif(current_setting('app.client', true), '')::uuid)"
# The sub-select makes PostgreSQL read the setting once a statement, not once a row. After SET LOCAL
# has ended the setting is '' and not NULL, hence nullif.


class Wall(Operation):
    """
    Enable row-level security and composite foreign keys on one tenant table.

    `shared` rows (coach_id NULL) can be read by every coach and written by none.
    """

    reversible = True

    def __init__(self, model: str, *, client: ClientAccess, shared: bool = False) -> None:
        self.model = model
        self.client = client
        self.shared = shared

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: models do not show the wall."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = _model(to_state.apps, app_label, self.model)
        for statement in (*self._security(model), *_composite_keys(model)):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        table = _model(from_state.apps, app_label, self.model)._meta.db_table
        for policy in ("tenant", "client_only", "client_deletes_nothing", "shared_read"):
            schema_editor.execute(f'DROP POLICY IF EXISTS {policy} ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')

    def describe(self) -> str:
        return f"Wall off {self.model} by coach"

    def _security(self, model: type[Model]) -> list[str]:
        table = model._meta.db_table
        statements = [
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'CREATE POLICY tenant ON "{table}" USING ({_COACH}) WITH CHECK ({_COACH})',
            # What a client writes goes through the coach's door, by actions: their own session only reads.
            (
                f'CREATE POLICY client_only ON "{table}" AS RESTRICTIVE '
                f"USING ({self._client_rule()}) WITH CHECK ({_CLIENT} IS NULL)"
            ),
            (
                f'CREATE POLICY client_deletes_nothing ON "{table}" AS RESTRICTIVE '
                f"FOR DELETE USING ({_CLIENT} IS NULL)"
            ),
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_key" UNIQUE (coach_id, id)',
        ]
        if self.shared:
            statements.append(f'CREATE POLICY shared_read ON "{table}" FOR SELECT USING (coach_id IS NULL)')
        return statements

    def _client_rule(self) -> str:
        own = {"own": f"client_id = {_CLIENT}", "self": f"id = {_CLIENT}", "none": "false"}[self.client]
        return f"{_CLIENT} IS NULL OR {own}"


class SameCoach(Operation):
    """Let a reference that a walled table got later carry its coach, as `Wall` does with those it finds."""

    reversible = True

    def __init__(self, model: str, field: str) -> None:
        self.model = model
        self.field = field

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing: models do not show the wall."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = _model(to_state.apps, app_label, self.model)
        for statement in _composite_keys(model, only=self.field):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        table = _model(from_state.apps, app_label, self.model)._meta.db_table
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_{self.field}_id_same_coach"')

    def describe(self) -> str:
        return f"Let {self.model}.{self.field} carry its coach"


def _model(apps: Apps, app_label: str, name: str) -> type[Model]:
    return apps.get_model(app_label, name)


def _composite_keys(model: type[Model], *, only: str | None = None) -> list[str]:
    """Make each reference carry its coach: row-level security does not look at foreign keys."""
    table = model._meta.db_table
    return [
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_same_coach" '
        f"FOREIGN KEY (coach_id, {field.column}) "
        f'REFERENCES "{field.related_model._meta.db_table}" (coach_id, id)'
        for field in tenant_references(model)
        if only in {None, field.name}
    ]


def tenant_references(model: type[Model]) -> list["ForeignKey[Any, Any]"]:
    """List the foreign keys from one tenant table to another whose rows always have a coach."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and _always_has_coach(field.related_model)
    ]


def _always_has_coach(model: type[Model]) -> bool:
    columns = {field.column: field for field in model._meta.concrete_fields}
    return "coach_id" in columns and not columns["coach_id"].null
