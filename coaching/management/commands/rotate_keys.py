"""Put every stored secret under the newest encryption key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from journeyloop import crypto


class Command(BaseCommand):
    help = "Put every stored secret under the first of FIELD_ENCRYPTION_KEYS. May be stopped and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, metavar="ROWS", help="rows in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how far it is after each batch, and fail when something could not be opened."""
        done = unreadable = 0
        for table, resealed in crypto.reseal_everything(batch=options["batch"]):
            done, unreadable = done + resealed.done, unreadable + resealed.unreadable
            self.stdout.write(f"{table}: {done} under the newest key")
        if unreadable:
            raise CommandError(
                f"{unreadable} could not be opened by any key and were left as they are. Add the key "
                "that they were sealed under to FIELD_ENCRYPTION_KEYS and run this again before you drop any."
            )
