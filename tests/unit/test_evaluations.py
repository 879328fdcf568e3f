"""The ten scenarios, played offline on real rows; nothing of them is left afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from typing import cast

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pydantic_ai.messages import ModelMessage
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.profiles import ModelProfile
from pytest_django import Settings

from coaching.models import Client, Transcript, User
from companion.actions.usage import Price
from companion.api.errands import analyse_when_read
from companion.engine.judging import INSTRUCTIONS
from companion.evals import report
from companion.evals.evaluate import Evaluation, evaluate
from companion.evals.scenarios import SCENARIOS
from companion.evals.shapes import Scenario, Step
from companion.models import Message
from companion.scheduling import reading
from companion.scheduling.brains import open_brain
from companion.scheduling.executor import Brain

KEYS = [scenario.key for scenario in SCENARIOS]
PRAISE = next(scenario for scenario in SCENARIOS if scenario.key == "feedback-praise")
MARK = {"points": 4, "reason": "Answer 2 is kind."}
VERDICT = {"warm": MARK, "efficient": MARK, "error_free": {"points": 2, "reason": "No."}, "accessible": MARK}


@pytest.fixture
def development(settings: Settings) -> None:
    settings.DEBUG = True


def played(scenario: Scenario, brain: Brain, *, with_judge: bool = False) -> Evaluation:
    with asyncio.Runner() as loop:
        return evaluate(scenario, brain=brain, loop=loop, now=timezone.now(), with_judge=with_judge)


def scripted(answer: str, verdict: object = VERDICT) -> Brain:
    """A model that always says the same, and has an opinion when it is asked for one."""

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str]:
        is_judging = info.instructions == INSTRUCTIONS
        yield json.dumps(verdict if is_judging else {"chat_message": answer})

    profile = ModelProfile(supports_json_schema_output=True, default_structured_output_mode="native")
    model = FunctionModel(stream_function=stream, model_name="scripted", profile=profile)
    return Brain(model=model, price=Price(input_usd=Decimal(0), output_usd=Decimal(0)))


def test_there_are_the_ten_of_the_rubric() -> None:
    assert len(set(KEYS)) == len(SCENARIOS) == 10


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=KEYS)
def test_the_offline_model_makes_no_fault(scenario: Scenario) -> None:
    done = played(scenario, open_brain("offline"))

    assert not done.has_failed, report.lines(done)
    assert all(score.points >= 4 for score in done.scores), report.lines(done)
    assert not User.objects.using("owner").exists()
    assert not Client.all_tenants.using("owner").exists()
    assert not Message.all_tenants.using("owner").exists()


@pytest.mark.usefixtures("committed")
def test_no_worker_beside_it_finds_an_analysis_to_take(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[object] = []

    def noted(transcript: Transcript) -> None:
        left.append(analyse_when_read(transcript))

    monkeypatch.setattr(reading, "analyse_when_read", noted)
    [dive] = [scenario for scenario in SCENARIOS if scenario.key == "transcript-deep-dive"]

    played(dive, open_brain("offline"))

    assert left
    assert set(left) == {None}


@pytest.mark.usefixtures("committed")
def test_an_opinion_stands_apart_and_fails_nothing() -> None:
    done = played(PRAISE, scripted("You are welcome."), with_judge=True)

    assert done.opinion is not None
    assert done.opinion.error_free.points == 2
    assert not done.has_failed
    assert "scripted thinks: warm 4  efficient 4  error-free 2  accessible 4" in report.lines(done)
    assert report.plain(done)["opinion"]["error-free"] == (2, "No.")


@pytest.mark.usefixtures("committed")
def test_a_practice_goes_even_when_the_play_breaks_off() -> None:
    broken = replace(PRAISE, steps=(*PRAISE.steps, cast(Step, "no step at all")))

    with pytest.raises(NotImplementedError, match="no step at all"):
        played(broken, scripted("You are welcome."))

    assert not User.objects.using("owner").exists()


@pytest.mark.usefixtures("committed", "development")
def test_the_command_prints_a_line_for_each_and_ends_well() -> None:
    out = StringIO()

    call_command("evaluate", "feedback-tone", stdout=out)

    words = " ".join(out.getvalue().split())
    assert words == "feedback-tone warm 5 efficient 5 error-free 5 accessible 5"


@pytest.mark.usefixtures("committed", "development")
def test_the_command_ends_with_1_when_a_check_finds_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    command = "companion.management.commands.evaluate.open_brain"
    monkeypatch.setattr(command, lambda _name: scripted("Zoltan said “I want to leave all this”!"))
    out = StringIO()

    with pytest.raises(CommandError, match="1 of 1 failed: feedback-praise") as failed:
        call_command("evaluate", "feedback-praise", "--json", stdout=out)

    (told,) = json.loads(out.getvalue())
    assert failed.value.returncode == 1
    assert (told["failed"], told["scores"]["warm"], told["scores"]["error-free"]) == (True, 1, 1)
    assert told["talk"][0]["companion"].startswith("Zoltan")


@pytest.mark.usefixtures("development")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--judge"], "offline model cannot judge"),
        (["feedback-praise", "no-such"], "no scenario no-such. There are: new-coach, "),
    ],
)
def test_the_command_says_what_it_cannot_do(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("evaluate", *arguments)


def test_it_refuses_in_production(settings: Settings) -> None:
    settings.DEBUG = False

    with pytest.raises(CommandError, match="DEBUG=1 only"):
        call_command("evaluate")
