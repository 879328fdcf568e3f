"""Play the scenarios and say how it went."""

import asyncio
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from companion.evals import report
from companion.evals.evaluate import evaluate
from companion.evals.scenarios import SCENARIOS
from companion.evals.shapes import Scenario
from companion.scheduling.brains import open_brain
from companion.scheduling.model_choice import OFFLINE


class Command(BaseCommand):
    help = "Play the evaluation scenarios in practices made for them and removed after (development only)."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(scenario.key for scenario in SCENARIOS)
        parser.add_argument("scenario", nargs="*", help=f"which ones; all of them without a name: {names}")
        parser.add_argument("--model", default=OFFLINE, metavar="NAME", help="as in COMPANION_MODEL")
        parser.add_argument("--judge", action="store_true", help="also ask the model for its opinion")
        parser.add_argument("--json", action="store_true", help="print everything as JSON, talks included")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table, and exit with 1 when a check found a fault."""
        if not settings.DEBUG:
            raise CommandError("Evaluations make and delete practices; they are for DEBUG=1 only.")
        if options["judge"] and options["model"] == OFFLINE:
            raise CommandError("The offline model cannot judge; name one with --model.")
        chosen = _chosen(options["scenario"])
        brain = open_brain(options["model"])
        done = []
        with asyncio.Runner() as loop:
            for scenario in chosen:
                with_judge, now = options["judge"], timezone.now()
                done.append(evaluate(scenario, brain=brain, loop=loop, now=now, with_judge=with_judge))
                if not options["json"]:
                    self.stdout.write(report.lines(done[-1]))
        if options["json"]:
            self.stdout.write(json.dumps([report.plain(each) for each in done], indent=2, ensure_ascii=False))
        failed = [each.scenario.key for each in done if each.has_failed]
        if failed:
            raise CommandError(f"{len(failed)} of {len(done)} failed: {', '.join(failed)}", returncode=1)


def _chosen(names: list[str]) -> list[Scenario]:
    known = {scenario.key: scenario for scenario in SCENARIOS}
    if unknown := sorted(set(names) - set(known)):
        raise CommandError(f"There is no scenario {', '.join(unknown)}. There are: {', '.join(known)}.")
    return [scenario for scenario in SCENARIOS if not names or scenario.key in names]
