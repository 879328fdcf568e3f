"""What a scenario hands back, and the table of many."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.chaos.checker import Findings


@dataclass(slots=True)
class Outcome:
    """One fault, done to the product so many times."""

    fault: str
    runs: int
    findings: Findings
    recoveries: Sequence[float] = ()
    """Seconds until all was well again, once a run, or once for each turn that was hit."""
    note: str = ""
    broken: list[str] = field(default_factory=list)
    """What else the scenario promises and does not hold."""

    @property
    def is_clean(self) -> bool:
        return self.findings.are_none and not self.broken

    def __str__(self) -> str:
        found = self.findings
        all_words = [*found.lost, *found.doubled, *found.stuck, *found.wrong, *self.broken]
        return f"{self.fault} ({found.turns} turns, {found.hit} hit): " + (
            "; ".join(all_words[:8]) or "clean"
        )


def none_failed(found: Findings) -> list[str]:
    """Hold a fault to what it may not do: make a turn fail."""
    return [f"{found.failed + found.gave_up} turns failed for it"] if found.failed + found.gave_up else []


def percentile_95(values: Sequence[float]) -> float | None:
    """Return the 95th percentile, by the nearest rank."""
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else None


HEAD = ("fault", "runs", "turns", "lost", "doubled", "stuck", "wrong", "p95 recovery", "")


def table(outcomes: Iterable[Outcome]) -> str:
    """Lay the outcomes out as Markdown."""
    lines = [line(outcome) for outcome in outcomes]
    return "\n".join([_joined(HEAD), _joined(["---"] * len(HEAD)), *lines])


def line(outcome: Outcome) -> str:
    """Lay one outcome out as a line of the table."""
    return _joined(_row(outcome))


def _joined(row: Iterable[str]) -> str:
    return "| " + " | ".join(row) + " |"


def _row(outcome: Outcome) -> tuple[str, ...]:
    found = outcome.findings
    slow = percentile_95(outcome.recoveries)
    wrong = len(found.wrong) + len(outcome.broken)
    counts = (outcome.runs, found.turns, len(found.lost), len(found.doubled), len(found.stuck), wrong)
    took = "" if slow is None else f"{slow:.1f} s"
    return (outcome.fault, *map(str, counts), took, outcome.note)
