"""Let somebody in again who lost their second step."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coaching.actions import sign_ins
from coaching.models import User


class Command(BaseCommand):
    help = (
        "Take away the second step of somebody who lost app, passkeys and recovery codes, and sign them out "
        "everywhere. Be sure who asks for it: afterwards the password is enough to set up a new one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> str:
        """Say what was taken away."""
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['email']!r}.")
        return f"{sign_ins.forget_second_step(user=user)} taken away, every browser signed out."
