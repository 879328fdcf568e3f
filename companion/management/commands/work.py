"""`manage.py work`: carry turns until told to stop."""

from typing import Any

from django.core.management.base import BaseCommand

from companion.scheduling.worker import Worker
from journeyloop.tenancy.boot import refuse_wrong_role


class Command(BaseCommand):
    """Run one worker process."""

    help = "Carry the companion's turns; stop with SIGTERM."
    requires_system_checks = ()
    """The release ran them; here they would load every page and template, which no turn needs."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a database role that could see every practice, then work."""
        refuse_wrong_role()
        Worker().run()
