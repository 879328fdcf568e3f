"""One evaluation from its scenario to its scores."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from companion.engine.judging import Opinion
from companion.evals import judge, play, scores
from companion.evals.records import Record
from companion.evals.scores import Score
from companion.evals.shapes import Scenario
from companion.scheduling.executor import Brain


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A scenario with what came of it. `opinion` is a model's and decides nothing."""

    scenario: Scenario
    record: Record
    scores: tuple[Score, ...]
    model_name: str
    opinion: Opinion | None = None

    @property
    def has_failed(self) -> bool:
        """Whether a check found a fault; blemishes and opinions fail nothing."""
        return any(reason.is_fault for score in self.scores for reason in score.reasons)


def evaluate(
    scenario: Scenario, *, brain: Brain, loop: asyncio.Runner, now: datetime, with_judge: bool = False
) -> Evaluation:
    """Play one scenario and score it."""
    record = play.play(scenario, brain=brain, loop=loop, now=now)
    return Evaluation(
        scenario=scenario,
        record=record,
        scores=scores.scores(scores.findings(scenario, record)),
        model_name=brain.model.model_name,
        opinion=loop.run(judge.ask(scenario, record, brain=brain)) if with_judge else None,
    )
