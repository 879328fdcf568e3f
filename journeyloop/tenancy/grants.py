"""
What each database role may do, applied after every migration and safe to apply again.

jl_app reads and writes rows behind row-level security. jl_system sees a few columns of every
coach's rows (ids, states, due times), which is all that claiming and sweeping needs.
"""

from collections.abc import Callable, Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.db import connections

from journeyloop.tenancy.models import M, TenantModel


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
    for model in _present(apps.get_models()):
        if getattr(model, "APPEND_ONLY", False):
            yield f'REVOKE UPDATE, DELETE ON "{model._meta.db_table}" FROM "{role}"'


def _system_grants(role: str) -> Iterator[str]:
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    for model in _present(tenant_models()):
        table = model._meta.db_table
        yield f'REVOKE ALL ON "{table}" FROM "{role}"'
        yield f'DROP POLICY IF EXISTS system ON "{table}"'
        if model.SYSTEM_READS:
            yield f'GRANT SELECT ({_columns(model.SYSTEM_READS)}) ON "{table}" TO "{role}"'
            yield f'CREATE POLICY system ON "{table}" TO "{role}" USING (true)'
        if model.SYSTEM_WRITES:
            yield f'GRANT UPDATE ({_columns(model.SYSTEM_WRITES)}) ON "{table}" TO "{role}"'


def _present(models: Iterable[type[M]]) -> list[type[M]]:
    """Leave out models whose table is not there: an app may have been migrated back."""
    present = connections["owner"].introspection.table_names()
    return [model for model in models if model._meta.db_table in present]


def tenant_models() -> list[type[TenantModel]]:
    """List every concrete tenant model."""
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
