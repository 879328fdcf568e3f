"""`manage.py load_skills`: bring the shared skills in line with the files that ship. Part of each release."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

import companion
from companion.actions.skills import load_shipped
from companion.engine.skills import parse

FOLDER = Path(companion.__file__).parent / "skills"


class Command(BaseCommand):
    """Load the shipped skills."""

    help = "Load the skills that ship with JourneyLoop; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every SKILL.md and store what is new or changed."""
        files = [parse(path.read_text()) for path in sorted(FOLDER.glob("*/SKILL.md"))]
        with transaction.atomic(using="owner"):
            changed = load_shipped(files)
        self.stdout.write(f"{len(files)} shipped skills, {changed} new or changed.")
