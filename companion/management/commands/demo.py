"""Load the demo practice."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

import companion.demo
from coaching import demo


class Command(BaseCommand):
    help = "Load the demo practice (development only). What is there already stays, unless --reset."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset", action="store_true", help="delete the demo practice first and make it anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make people first, then what their companions know."""
        if not settings.DEBUG:
            raise CommandError("The demo practice has a well-known password; it is for DEBUG=1 only.")
        if demo.existing() and not options["reset"]:
            self.stdout.write("The demo practice is there already; --reset makes it anew.")
            return
        demo.remove()
        with transaction.atomic():
            _make()
        for email, who in demo.SIGN_INS:
            self.stdout.write(f"{email:24} {who}")
        self.stdout.write(f"Password: {demo.PASSWORD}")


def _make() -> None:
    now = timezone.now()
    companion.demo.make(practice=demo.make(now=now), now=now)
