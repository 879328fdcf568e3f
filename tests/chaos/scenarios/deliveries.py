"""The same thing arrives twice, or ten times."""

from companion.models import Turn
from journeyloop.tenancy import tenant
from tests.chaos.checker import check
from tests.chaos.outcome import Outcome
from tests.chaos.pages import Program
from tests.chaos.stage import Stage
from tests.chaos.talks import Crowd, Talk, new_words
from tests.fakes.nursery import Child
from tests.fakes.parallel import at_once

TIMES = 10
SETTLE_SECONDS = 60.0


def delivered_again(stage: Stage, *, coaches: int) -> Outcome:
    """Statement 31: a job rung ten times, a form posted twice in the same instant: one effect each."""
    stage.model.first, stage.model.gap = 0.05, 0.01
    crowd, broken = Crowd(coaches), []
    webs = [stage.web(), stage.web()]
    for _ in range(2):
        stage.worker(is_hasty=True)
    for talk in crowd.talks:
        talk.say(new_words(), rings=TIMES)
        broken += _post_twice(Program(talk), talk, webs)
    crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    calls = len(stage.model.requests)
    broken += [f"{calls} calls for {found.turns} turns"] if calls != found.turns else []
    return Outcome("jobs rung ten times, forms posted twice", 2 * coaches, found, (), "", broken)


def _post_twice(program: Program, talk: Talk, webs: list[Child]) -> list[str]:
    words, key = new_words(), f"form of {talk.coach.pk}"[:64]
    answers = at_once([lambda web=web: program.say(web, words, key=key) for web in webs])
    other = program.say(webs[0], new_words(), key=key)
    bodies = {str(getattr(answer, "body", answer)) for answer in answers}
    broken = [f"the same form had two answers: {bodies}"] if len(bodies) != 1 else []
    broken += [f"other words under an old key had {other.status}"] if other.status != 409 else []
    with tenant(talk.coach.pk):
        made = list(Turn.objects.values_list("pk", flat=True))
    talk.said = made
    return broken + ([f"{len(made)} turns for two messages"] if len(made) != 2 else [])
