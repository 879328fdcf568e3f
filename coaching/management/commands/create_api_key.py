"""Make an API key for a coach."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coaching.accounts.tokens import SCOPES, TEST_SCOPE, make_key
from coaching.models import CoachingProfile


class Command(BaseCommand):
    help = "Make an API key for a coach and print its token, which cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--coach", required=True, metavar="EMAIL")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--for-tests", action="store_true", help="may also set the companion's context")

    def handle(self, *args: Any, **options: Any) -> str:
        """Print the token alone, so that a script can read it."""
        coach = CoachingProfile.objects.filter(user__email=options["coach"].lower()).first()
        if coach is None:
            raise CommandError(f"No coach signs in as {options['coach']!r}.")
        scopes = [*SCOPES, TEST_SCOPE] if options["for_tests"] else list(SCOPES)
        return make_key(owner=coach, name=options["name"][:80], scopes=scopes, now=timezone.now())[1]
