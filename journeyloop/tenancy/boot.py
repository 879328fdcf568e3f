"""Refuse to serve with a database role that row-level security does not bind."""

import structlog
from django.conf import settings
from django.db import OperationalError, connections

log = structlog.get_logger(__name__)

_ROLE = """
SELECT current_user, rolsuper OR rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class table_
               WHERE table_.relname = 'coaching_client' AND pg_has_role(table_.relowner, 'member'))
FROM pg_roles WHERE rolname = current_user
"""

_WRONG = """\
The database role {role!r} in {variable} {why}, so PostgreSQL would not keep practices apart.
Give {variable} a role that owns no table, and the owner's in DATABASE_OWNER_URL
(docs/operating.md, "Three database roles"). To accept walls in code alone, set TENANCY_SINGLE_ROLE=1."""


class WrongRoleError(SystemExit):
    """The application's database role could see every practice."""


def refuse_wrong_role() -> None:
    """Stop this process when its role is a superuser, bypasses row security, or owns the tables."""
    try:
        why = _why_wrong("default", "DATABASE_URL") or _why_wrong("system", "DATABASE_SYSTEM_URL")
    except OperationalError:
        log.warning("tenancy.role_unchecked", reason="database unreachable")
        return
    if why is None:
        return
    if settings.TENANCY_SINGLE_ROLE:
        log.warning("tenancy.single_role", consequence="practices are kept apart by code alone")
        return
    raise WrongRoleError(why)


def _why_wrong(alias: str, variable: str) -> str | None:
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLE)
        role, unbound, owns = cursor.fetchone()
    connections[alias].close()
    if unbound:
        return _WRONG.format(role=role, variable=variable, why="is a superuser or bypasses row security")
    return _WRONG.format(role=role, variable=variable, why="owns the tables") if owns else None
