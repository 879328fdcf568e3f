"""Evaluations as text for people and as plain data for programs. Pure."""

from typing import Any

from companion.engine.judging import Opinion
from companion.evals.checks.accessible import sentence_length
from companion.evals.evaluate import Evaluation
from companion.evals.shapes import DIMENSIONS, Dimension

WIDTH = 22


def lines(done: Evaluation) -> str:
    """Write one scenario as its line in the table, with the reasons below it."""
    cells = "  ".join(f"{score.dimension} {score.points}" for score in done.scores)
    told = [f"{done.scenario.key:<{WIDTH}}{cells}{'  FAILED' if done.has_failed else ''}"]
    for score in done.scores:
        told += [
            f"    {'fault' if reason.is_fault else 'blemish'}, {score.dimension}: {reason.what}"
            for reason in score.reasons
        ]
    if done.opinion:
        marks = _marks(done.opinion)
        told.append(
            f"    {done.model_name} thinks: " + "  ".join(f"{name} {marks[name][0]}" for name in DIMENSIONS)
        )
        told += [f"        {name}: {reason}" for name, (_, reason) in marks.items()]
    return "\n".join(told)


def plain(done: Evaluation) -> dict[str, Any]:
    """Give everything about one evaluation; the people in it are made up."""
    return {
        "scenario": done.scenario.key,
        "aim": done.scenario.aim,
        "model": done.model_name,
        "failed": done.has_failed,
        "scores": {score.dimension: score.points for score in done.scores},
        "reasons": [
            {"dimension": reason.dimension, "what": reason.what, "fault": reason.is_fault}
            for score in done.scores
            for reason in score.reasons
        ],
        "opinion": _marks(done.opinion) if done.opinion else None,
        "words_a_sentence": round(sentence_length(done.record), 1),
        "cost_usd": str(done.record.cost_usd),
        "talk": [{"coach": each.said, "companion": each.answer} for each in done.record.exchanges],
    }


def _marks(opinion: Opinion) -> dict[Dimension, tuple[int, str]]:
    by_name = zip(
        DIMENSIONS, (opinion.warm, opinion.efficient, opinion.error_free, opinion.accessible), strict=True
    )
    return {name: (mark.points, mark.reason) for name, mark in by_name}
