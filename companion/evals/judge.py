"""Asks a model for its opinion of a talk. Kept apart from the scores: it decides nothing."""

from companion.engine import agent, judging
from companion.engine.judging import Opinion
from companion.evals.records import Record
from companion.evals.shapes import Scenario
from companion.scheduling.executor import Brain


async def ask(scenario: Scenario, record: Record, *, brain: Brain) -> Opinion:
    """Have a talk judged by the model that this brain holds. Raises ModelFailure."""
    exchanges = [(each.said, each.answer or "(no answer)") for each in record.exchanges]
    question = judging.question(aim=scenario.aim, exchanges=exchanges)
    return await agent.judge(question, model=brain.model, settings=brain.settings)
