"""All work that runs by itself is known: what RQ may ask for, turns, errands, and the beats of the clock."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import clock
from companion.models import Errand, Turn
from companion.scheduling import errands, queue
from tests.invariants.classified import assert_classified

ROOT = Path(__file__).resolve().parents[2]
WHERE = "tests/invariants/test_work.py"

JOBS: Mapping[str, str] = {
    "companion.scheduling.executor.ring": "the doorbell: a row's id, and the worker looks at the rows itself"
}
"""Names that RQ may hold. A worker calls none of them."""

TURNS: Mapping[str, str] = {
    "chat": "answers the coach; knows what scenes.py reads, and is as trusted as the worst of it",
    "clean": "drafts from the coach's own message alone",
}

ERRANDS: Mapping[str, str] = {
    "read_transcript": "a file's words become rows; no model reads them",
    "analyse_session": "a model reads a client's session, with consent; what it finds waits as proposed",
}
"""Kinds of errand: whose words each one reads, and what may come of it."""

BEATS: Mapping[str, str] = {
    "tick": "ends what no attempt can save, by ids and times",
    "tidy": "trims the event log, by time",
}


def test_every_job_is_known() -> None:
    assert_classified({queue.BELL}, [JOBS], what="jobs", where=WHERE)


def test_one_place_queues_jobs_and_queues_no_other() -> None:
    queued = {(name, job) for name, tree in _modules() for job in _queued(tree)}

    assert queued == {("companion/scheduling/queue.py", "BELL")}, (
        f"a job is queued outside the one door, or by another name: {queued}. "
        f"Ring the bell for a row instead, and list the work in {WHERE}."
    )


def test_every_kind_of_turn_is_known() -> None:
    assert_classified(Turn.Kind.values, [TURNS], what="kinds of turn", where=WHERE)


def test_every_kind_of_errand_is_known_and_carried() -> None:
    assert_classified(Errand.Kind.values, [ERRANDS], what="kinds of errand", where=WHERE)
    assert set(errands.KINDS) == set(Errand.Kind), "companion/scheduling/errands.py, KINDS, carries each kind"


def test_every_beat_of_the_clock_is_known() -> None:
    beats = {job.id for job in clock.build_scheduler().get_jobs()}

    assert_classified(beats, [BEATS], what="beats of the clock", where=WHERE)


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for app in ("journeyloop", "coaching", "companion", "client_portal"):
        for path in (ROOT / app).rglob("*.py"):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


WAYS = {"enqueue", "enqueue_at", "enqueue_in", "enqueue_call", "enqueue_many", "delay"}


def _queued(tree: ast.Module) -> Iterator[str]:
    """Name what a module hands to a queue, by whatever way of RQ's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WAYS:
            yield ast.unparse(node.args[0]) if node.args else ast.unparse(node)
        if isinstance(node, ast.FunctionDef):
            yield from (f"@job {node.name}" for each in node.decorator_list if ast.unparse(each)[:3] == "job")
