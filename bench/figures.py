"""How figures are put: medians of runs, tables, and one line for each bar of docs/performance.md."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

RUNS = 3
"""A bar is judged by the median of so many runs."""


def median(values: Iterable[float]) -> float:
    """Give the median."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Give the 95th percentile."""
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else values[0]


def flat(runs: Iterable[Iterable[float]]) -> list[float]:
    """Put the values of all runs together."""
    return list(chain.from_iterable(runs))


def verdict(is_met: bool) -> str:
    """Say it in a word."""
    return "met" if is_met else "NOT MET"


def bar(what: str, value: float, *, unit: str, most: float | None = None, least: float | None = None) -> bool:
    """Print one bar's figure on a line that begins with its verdict; returns whether it is met."""
    is_met = (most is None or value <= most) and (least is None or value >= least)
    limit = f"at most {most:,g}" if most is not None else f"at least {least:,g}"
    print(f"{verdict(is_met):8} {what}: {_short(value)} {unit} ({limit})", flush=True)
    return is_met


def table(title: str, rows: Mapping[str, Sequence[float]], *, unit: str = "ms") -> None:
    """Print p50 and p95 of each row."""
    print(f"\n{title}")
    print(f"{'':44}{'n':>6}{'p50 ' + unit:>10}{'p95 ' + unit:>10}")
    for name, values in rows.items():
        print(f"{name:44}{len(values):6}{median(values):10.1f}{p95(values):10.1f}")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}" if value < 10 else f"{value:.1f}"
