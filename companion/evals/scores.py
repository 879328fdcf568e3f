"""Figures from findings, by a rule that anybody can redo on paper. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from companion.evals.checks import EVERYWHERE
from companion.evals.records import Record
from companion.evals.shapes import DIMENSIONS, Dimension, Finding, Scenario

BEST, WORST = 5, 1
BLEMISHED = 3
"""As low as blemishes alone bring a score."""
FAULT_COSTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One dimension of one scenario: 5 = nothing found; the reasons say what took points off."""

    dimension: Dimension
    points: int
    reasons: tuple[Finding, ...]


def findings(scenario: Scenario, record: Record) -> tuple[Finding, ...]:
    """Run every check."""
    return tuple(found for check in (*EVERYWHERE, *scenario.checks) for found in check(record))


def scores(found: Iterable[Finding]) -> tuple[Score, ...]:
    """Score each dimension."""
    by_dimension: dict[Dimension, list[Finding]] = {dimension: [] for dimension in DIMENSIONS}
    for each in found:
        by_dimension[each.dimension].append(each)
    return tuple(
        Score(dimension=dimension, points=points(reasons), reasons=tuple(reasons))
        for dimension, reasons in by_dimension.items()
    )


def points(reasons: Iterable[Finding]) -> int:
    """Take one point off for each blemish, down to 3, and two for each fault."""
    reasons = list(reasons)
    faults = sum(each.is_fault for each in reasons)
    return max(WORST, max(BLEMISHED, BEST - (len(reasons) - faults)) - FAULT_COSTS * faults)
