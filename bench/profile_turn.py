"""
Where the time of a turn goes, step by step, in the real processes.

`python -m bench.profile_turn`. Marks cost a little, so compare steps with each other and take the whole from
`bench.turn_overhead`.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.stage import Stage, set_up
from bench.turn_overhead import begin

WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """One call of a marked function, in seconds of the shared clock."""

    process: str
    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one turn, in milliseconds after the POST."""

    name: str
    began: float
    lasted: float
    statements: int
    in_sql: float


def main() -> None:
    """Print each step's median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=40)
    rounds = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder, set_up(marks=Path(folder)) as stage:
        turns = asyncio.run(take_turns(stage, rounds + WARM_UP))
        marks = list(read(Path(folder)))
    steps = [step for turn in turns[WARM_UP:] for step in steps_of(turn, marks)]
    report(steps, rounds)


async def take_turns(stage: Stage, rounds: int) -> list[tuple[float, float, float, float]]:
    """Talk; returns of each turn when it was sent, asked of the model, answered, and told."""
    us, turns = await begin(stage), []
    for _ in range(rounds):
        await us.turn()
        request = stage.model.requests[-1]
        turns.append((us.sent, request.arrived_at, request.last_at, us.told))
    return turns


def read(folder: Path) -> Iterator[Mark]:
    """Read what every process has noted."""
    for file in folder.glob("*.marks"):
        for line in file.read_text().splitlines():
            name, start, end = line.split("\t")
            yield Mark(file.stem, name, float(start), float(end))


def steps_of(turn: tuple[float, float, float, float], marks: Iterable[Mark]) -> Iterator[Step]:
    """Lay one turn's marks along its own time; statements count where they happened."""
    sent, asked, answered, told = turn
    during = [mark for mark in marks if sent <= mark.start <= told]
    statements = [mark for mark in during if mark.name == "sql"]
    seen: dict[str, int] = defaultdict(int)
    for mark in sorted(during, key=lambda each: each.start):
        if mark.name == "sql":
            continue
        seen[mark.name] += 1
        inside = [
            each
            for each in statements
            if each.process == mark.process and mark.start <= each.start and each.end <= mark.end
        ]
        yield Step(
            name=f"{mark.name} ({seen[mark.name]})" if seen[mark.name] > 1 else mark.name,
            began=1000 * (mark.start - sent),
            lasted=1000 * (mark.end - mark.start),
            statements=len(inside),
            in_sql=1000 * sum(each.end - each.start for each in inside),
        )
    yield Step("the model server has the request", 1000 * (asked - sent), 0.0, 0, 0.0)
    yield Step("the model server has answered", 1000 * (answered - sent), 0.0, 0, 0.0)
    yield Step("the browser knows that it is stored", 1000 * (told - sent), 0.0, 0, 0.0)


def report(steps: Iterable[Step], rounds: int) -> None:
    """Print the steps in the order in which they begin; rare ones are left out."""
    by_name: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_name[step.name].append(step)
    rows = [_medians(name, found) for name, found in by_name.items() if len(found) > rounds / 2]
    print(f"\n{'medians over ' + str(rounds) + ' turns':44}{'began':>8}{'lasted':>8}{'SQL':>6}{'in SQL':>8}")
    for name, began, lasted, statements, in_sql in sorted(rows, key=lambda row: row[1]):
        print(f"{name:44}{began:8.1f}{lasted:8.1f}{statements:6.0f}{in_sql:8.1f}")


def _medians(name: str, found: list[Step]) -> tuple[str, float, float, float, float]:
    return (
        name,
        statistics.median(each.began for each in found),
        statistics.median(each.lasted for each in found),
        statistics.median(each.statements for each in found),
        statistics.median(each.in_sql for each in found),
    )


if __name__ == "__main__":
    main()
