"""A job is a doorbell: whose work it is says the row, never the job."""

import time
from collections.abc import Callable

import pytest
from rq.job import Job

from companion.models import Message, Turn
from companion.scheduling import queue
from journeyloop.tenancy import tenant
from tests.processes import Process
from tests.twins import Practice, Twins

PATIENCE_SECONDS = 60

pytestmark = pytest.mark.chaos


def test_a_worker_answers_each_practice_from_its_own_rows_whatever_the_jobs_say(
    worker: Process, twins: Twins
) -> None:
    ring = queue.doorbell_queue().enqueue
    alices, bobs = (_waiting(practice) for practice in (twins.alice, twins.bob))
    forged = [
        ring(queue.BELL, str(alices.pk), str(twins.bob.coach.pk)),
        ring(queue.BELL, str(bobs.pk), coach_id=str(twins.alice.coach.pk)),
        ring("os.system", "touch /tmp/journeyloop-was-here"),
        ring(queue.BELL, "no id at all"),
    ]

    _wait(lambda: _answer(twins.alice, alices) and _answer(twins.bob, bobs), worker)
    _wait(lambda: not any(_exists(job) for job in forged), worker)

    assert twins.bob.mark not in _answer(twins.alice, alices)
    assert twins.alice.mark not in _answer(twins.bob, bobs)
    assert "doorbell.unknown_job" in worker.log
    assert worker.is_running


def test_a_turn_of_one_practice_leaves_nothing_open_for_the_next(worker: Process, twins: Twins) -> None:
    for practice in (twins.alice, twins.bob):
        _wait(lambda practice=practice: bool(_answer(practice, _waiting(practice))), worker)

    for practice in (twins.alice, twins.bob):
        with tenant(practice.coach.pk):
            answered = Message.objects.filter(turn=_waiting(practice).pk)
            assert {message.coach_id for message in answered} == {practice.coach.pk}
    assert "Traceback" not in worker.log
    assert "timeout" not in worker.log  # nobody rang for seconds, and it went on listening


def _waiting(practice: Practice) -> Turn:
    return next(turn for turn in practice.all(Turn) if turn.status == Turn.Status.QUEUED)


def _answer(practice: Practice, turn: Turn) -> str:
    with tenant(practice.coach.pk):
        found = Message.objects.filter(turn=turn.pk, role=Message.Role.COMPANION)
        return "".join(found.values_list("text", flat=True))


def _exists(job: Job) -> bool:
    return bool(Job.exists(job.id, connection=queue.doorbell_queue().connection))


def _wait(is_so: Callable[[], bool], worker: Process) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert worker.is_running
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)
