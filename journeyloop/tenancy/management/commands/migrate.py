"""`migrate` as the owner, then the grants: the application role may not change tables."""

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from journeyloop.tenancy import grants


class Command(migrate.Command):
    """Migrate through the owner's connection unless another database is named."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then apply the grants that the new tables need."""
        if options["database"] == DEFAULT_DB_ALIAS:
            options["database"] = "owner"
        changes_tables = not (options["plan"] or options["check_unapplied"])
        if changes_tables:
            grants.prepare()
        super().handle(*args, **options)
        if changes_tables:
            grants.apply()
