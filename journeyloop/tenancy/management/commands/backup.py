"""Back the database up."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyloop.tenancy import backups


class Command(BaseCommand):
    help = (
        "Dump the database as its owner into FILE, and write beside it, into FILE.rows.json, how many rows "
        "each table had at that moment; check_backup compares them with what was restored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> str:
        """Say how much there is."""
        file: Path = options["file"]
        try:
            rows = backups.dump(file)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        file.with_name(f"{file.name}.rows.json").write_text(json.dumps(rows, indent=2) + "\n")
        return f"{file}: {sum(rows.values())} rows of {len(rows)} tables."
