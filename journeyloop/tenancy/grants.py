"""
What each database role may do, applied after every migration and safe to apply again.

jl_app reads and writes rows behind row-level security. jl_system sees a few columns of every
coach's rows (ids, states, due times), which is all that claiming and sweeping needs.
"""

from collections.abc import Callable, Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import connections

from journeyloop.tenancy.models import TenantModel

_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"


def prepare() -> None:
    """Let the application role use the tables that the migrations are about to make."""
    _execute(_app_grants)


def apply() -> None:
    """Grant the application and system roles what they need; nothing in a single-role set-up."""
    _execute(_app_limits)
    _execute(_system_grants, alias="system")


def _execute(statements: Callable[[str], Iterable[str]], *, alias: str = "default") -> None:
    owner, role = (settings.DATABASES[name]["USER"] for name in ("owner", alias))
    if owner == role:
        return
    with connections["owner"].cursor() as cursor:
        for statement in statements(role):
            cursor.execute(statement)


def _app_grants(role: str) -> Iterator[str]:
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    for kind, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        yield f'GRANT {rights} ON ALL {kind} IN SCHEMA public TO "{role}"'
        # Tables that do not exist yet: Django reads its content types while migrating.
        yield f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO "{role}"'


def _app_limits(role: str) -> Iterator[str]:
    yield f'REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM "{role}"'
    present = _present()
    for model in apps.get_models():
        table = model._meta.db_table
        if table in present and getattr(model, "APPEND_ONLY", False):
            yield f'REVOKE UPDATE, DELETE ON "{table}" FROM "{role}"'


def _system_grants(role: str) -> Iterator[str]:
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    present = _present()
    for model in tenant_models():
        table = model._meta.db_table
        if table not in present:
            continue
        yield f'REVOKE ALL ON "{table}" FROM "{role}"'
        yield f'DROP POLICY IF EXISTS system ON "{table}"'
        if reads := present[table] & set(model.SYSTEM_READS):
            yield f'GRANT SELECT ({_columns(reads)}) ON "{table}" TO "{role}"'
            yield f'CREATE POLICY system ON "{table}" TO "{role}" USING (true)'
        if writes := present[table] & set(model.SYSTEM_WRITES):
            yield f'GRANT UPDATE ({_columns(writes)}) ON "{table}" TO "{role}"'


def _present() -> dict[str, set[str]]:
    """List the tables that are there with their columns: an app may have been migrated back."""
    present: dict[str, set[str]] = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute(_COLUMNS)
        for table, column in cursor.fetchall():
            present.setdefault(table, set()).add(column)
    return present


def tenant_models() -> list[type[TenantModel]]:
    """List every concrete tenant model."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def _columns(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names))
