"""
What thousands of memories cost: building a prompt, and recalling alone.

`python -m bench.recall` works on rows, in this process: no web, no worker, no model.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import coaches
from bench.figures import RUNS, bar, flat, median, p95, table
from bench.stage import analyse, rows_only

TIMES = 40
QUESTIONS = (
    "Which board meeting did I mean?",
    "What did we say about tea and coffee in the garden?",
    "Number 4711, what was it about?",
    "How is Tea doing with the budget and the deadline?",
    "Let us plan the workshop.",
)
BARS_MS = {10_000: 10.0, 100_000: 40.0}


def main() -> None:
    """Measure both, and print."""
    with rows_only() as services:
        practices = {count: coaches.make_coach() for count in (100, 10_000, 100_000)}
        for count, coach in practices.items():
            coaches.remember(coach, count, now=datetime.now(UTC))
        analyse(services)
        assembling(practices[100], practices[10_000])
        for count, most in BARS_MS.items():
            recalling(practices[count], count, most)


def assembling(few: Any, many: Any) -> None:
    """Compare the building of prompts for two coaches."""
    runs = [
        (timed(lambda words: build(few, words)), timed(lambda words: build(many, words))) for _ in range(RUNS)
    ]
    table(
        "a prompt from claim to bytes",
        {
            "100 memories": flat(run[0] for run in runs),
            "10,000 memories": flat(run[1] for run in runs),
        },
    )
    bar(
        "prompt with 10,000 memories, p50, beyond 100",
        median(median(run[1]) - median(run[0]) for run in runs),
        unit="ms",
        most=10,
    )
    bar(
        "prompt with 10,000 memories, p95",
        median(p95(run[1]) / p95(run[0]) for run in runs),
        unit="x with 100",
        most=1.5,
    )


def recalling(coach: Any, count: int, most: float) -> None:
    """Measure recall alone, for each question with and without a client who is meant."""
    runs = [timed(lambda words: recall(coach, words)) for _ in range(RUNS)]
    table(f"recall from {count:,} memories", {"recall": flat(runs)})
    bar(f"recall from {count:,} memories, p95", median(p95(run) for run in runs), unit="ms", most=most)


def timed(work: Callable[[str], float]) -> list[float]:
    """Ask each question in turn, several times; returns the milliseconds that each took."""
    taken = [1000 * work(QUESTIONS[number % len(QUESTIONS)]) for number in range(TIMES * len(QUESTIONS))]
    return taken[len(QUESTIONS) :]


def build(coach: Any, words: str) -> float:
    """Build the prompt of one turn, in a transaction that is undone."""
    from django.db import transaction

    from journeyloop.tenancy import tenant
    from tests.fakes.attempts import begin, say

    with tenant(coach.pk):
        turn = say(words)
        began = time.perf_counter()
        begin(turn)
        taken = time.perf_counter() - began
        transaction.set_rollback(True)
    return taken


def recall(coach: Any, words: str) -> float:
    """Call to mind what these words need, with three clients meant for every other question."""
    from coaching.models import Client
    from companion.actions import memory
    from journeyloop.tenancy import tenant

    with tenant(coach.pk):
        clients = {} if len(words) % 2 else dict(Client.objects.values_list("pk", "name")[:3])
        began = time.perf_counter()
        memory.recall(words=words, clients=clients, now=datetime.now(UTC), time_zone="Europe/Lisbon")
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
