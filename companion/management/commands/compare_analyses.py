from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coaching.models import CoachingProfile
from companion.actions import comparisons
from companion.engine.analysis.comparison import Comparison
from journeyloop.tenancy import tenant


class Command(BaseCommand):
    help = "Compares the old analysis of sessions with session intelligence: counts and shares, no words."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--coach", metavar="EMAIL", help="only this coach's practice")

    def handle(self, *args: Any, **options: Any) -> None:
        coaches = CoachingProfile.objects.order_by("pk")
        if options["coach"]:
            coaches = coaches.filter(user__email__iexact=options["coach"])
            if not coaches:
                raise CommandError(f"There is no coach with the e-mail address {options['coach']!r}.")
        for coach in coaches:
            with tenant(coach.pk):
                each = comparisons.sessions()
            if each:
                self.stdout.write(f"practice {coach.pk}: {_told(len(each), comparisons.whole(each))}")


def _told(count: int, comparison: Comparison) -> str:
    agreement = "unknown" if comparison.agreement is None else f"{comparison.agreement:.0%}"
    return (
        f"{count} session{'' if count == 1 else 's'} in both ways; "
        f"old: {comparison.old_sentences} sentences, {comparison.old_topics} topics; "
        f"new: {comparison.claims} claims, {comparison.citations} citations, {comparison.left_out} left out; "
        f"agreement {agreement} "
        f"({comparison.moments_shared} moments and {comparison.topics_shared} topics shared)"
    )
