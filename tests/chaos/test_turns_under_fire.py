"""Workers are killed, frozen and stopped in mid-turn, Redis goes away: one answer, always."""

import json
import signal
import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from django.conf import settings
from django.utils import timezone

from coaching.accounts.tokens import make_key
from companion.models import Turn
from journeyloop.tenancy import tenant
from tests.chaos.conftest import StartWorker
from tests.chaos.stage import Stage, to_redis
from tests.chaos.talks import Talk, expire_leases
from tests.fakes.model_server import ModelServer, Reply
from tests.fakes.nursery import Child
from tests.fakes.waiting import until
from tests.fakes.wire import Wire

pytestmark = pytest.mark.chaos

SLOW = Reply(text=json.dumps({"chat_message": "One word after the other, without any haste. " * 20}), gap=0.1)
HTTP_PATIENCE = 5.0


def test_a_killed_worker_is_missed_within_its_lease_and_leaves_one_answer_to_another(
    talk: Talk, model_server: ModelServer, start_worker: StartWorker
) -> None:
    model_server.play(SLOW)
    model_server.reply("From the second one.")
    victim = start_worker("victim", is_hasty=True)
    turn = talk.say()
    text = talk.wait_for_text(turn)

    victim.kill()
    start_worker("rescuer", is_hasty=True)

    done = talk.wait(turn, seconds=40)
    assert (done.attempts, done.fence, done.partial_text) == (2, 2, "")
    assert talk.answers() == ["From the second one."]
    assert text not in talk.answers()


def test_a_frozen_worker_that_thaws_too_late_changes_nothing(
    talk: Talk, model_server: ModelServer, start_worker: StartWorker
) -> None:
    model_server.play(SLOW)
    model_server.reply("From the second one.")
    frozen = start_worker("frozen")
    turn = talk.say()
    talk.wait_for_text(turn)

    frozen.send(signal.SIGSTOP)
    try:
        expire_leases()
        rescuer = start_worker("rescuer")
        talk.wait(turn)
        assert rescuer.stop() == 0
    finally:
        frozen.send(signal.SIGCONT)
    talk.wait(talk.say("Are you well again?"))

    # It ends only when nothing is under way in it.
    assert frozen.stop() == 0
    assert talk.answers()[0] == "From the second one."
    assert len(talk.answers()) == 2
    assert talk.turn(turn).fence == 2
    assert "Traceback" not in frozen.log


def test_a_stopped_worker_finishes_what_it_can(
    talk: Talk, model_server: ModelServer, start_worker: StartWorker
) -> None:
    model_server.play(Reply(text=json.dumps({"chat_message": "Almost done. " * 20}), gap=0.1))
    worker = start_worker("worker")
    turn = talk.say()
    talk.wait_for_text(turn)

    worker.send(signal.SIGTERM)

    assert worker.wait(20) == 0
    assert talk.turn(turn).status == "done"
    assert len(talk.answers()) == len(model_server.requests) == 1


def test_a_stopped_worker_hands_back_what_it_cannot_finish(
    talk: Talk, model_server: ModelServer, start_worker: StartWorker
) -> None:
    model_server.play(Reply(text=SLOW.text, stall_after=6))
    model_server.reply("From the next one.")
    worker = start_worker("worker", is_hasty=True)
    turn = talk.say()
    talk.wait_for_text(turn)

    worker.send(signal.SIGTERM)

    assert worker.wait(20) == 0
    left = talk.turn(turn)
    assert (left.status, left.attempts, left.lease_until) == ("queued", 0, None)
    start_worker("next")
    talk.wait(turn, seconds=10)
    assert talk.answers() == ["From the next one."]


def test_a_worker_that_is_stopped_at_once_leaves_at_once(start_worker: StartWorker) -> None:
    worker = start_worker("worker")

    worker.send(signal.SIGTERM)

    # Long before the ten seconds that turns would be given: there are none.
    assert worker.wait(9) == 0


@pytest.fixture
def wire(committed: None) -> Iterator[Wire]:
    """The way to Redis of the processes that a test starts."""
    wire = Wire(settings.EVENTSTREAM_REDIS["port"])
    yield wire
    wire.cut()


def post(web: Child, talk: Talk, text: str) -> Turn:
    """Say something as a script would; a request that hangs fails."""
    _, token = make_key(owner=talk.coach, name="Script", scopes=["companion"], now=timezone.now())
    connection = HTTPConnection("127.0.0.1", web.port, timeout=HTTP_PATIENCE)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/companion/chat/", json.dumps({"message": text}), headers)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    assert (answer.status, body["status"]) == (202, "processing")
    with tenant(talk.coach.pk):
        found: Turn = Turn.objects.get(pk=body["job_id"])
    return found


def warm(web: Child) -> None:
    """Let a server load all that it loads with its first request."""
    connection = HTTPConnection("127.0.0.1", web.port, timeout=20)
    connection.request("GET", "/readyz")
    connection.getresponse().read()
    connection.close()


def test_without_redis_messages_are_taken_and_answered(talk: Talk, stage: Stage, wire: Wire) -> None:
    web = stage.web(**to_redis(wire.port))
    warm(web)
    worker = stage.worker(**to_redis(wire.port))
    talk.wait(post(web, talk, "With Redis"))

    wire.cut()
    until(lambda: "doorbell.deaf" in worker.log, what="the worker to notice")
    for text in ("Without", "Still without"):
        talk.wait(post(web, talk, text))
    wire.mend()
    talk.wait(post(web, talk, "With Redis again"))

    assert len(talk.answers()) == 4
    assert worker.stop() == 0


def test_a_worker_starts_without_redis(talk: Talk, wire: Wire, start_worker: StartWorker) -> None:
    wire.cut()
    start_worker("worker", **to_redis(wire.port))

    talk.wait(talk.say(rings=0))


def test_a_redis_that_says_nothing_does_not_hold_up_a_message(talk: Talk, stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        web = stage.web(**to_redis(silent.getsockname()[1]))
        warm(web)

        post(web, talk, "Is anybody there?")
        post(web, talk, "And now?")
