"""Compare a restored database with its backup."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyloop.tenancy import backups


class Command(BaseCommand):
    help = (
        "Compare the rows of each table in DATABASE_OWNER_URL with what `backup` counted into FILE.rows.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the FILE.rows.json that backup wrote")

    def handle(self, *args: Any, **options: Any) -> str:
        """Name every table that differs."""
        before = json.loads(options["file"].read_text())
        found = backups.differences(before, backups.count_rows())
        if found:
            raise CommandError("The database differs from its backup:\n" + "\n".join(found))
        return f"All {len(before)} tables hold what they held: {sum(before.values())} rows."
