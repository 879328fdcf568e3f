"""Turns from the coach's words to the answer: a real worker, a provider's real client, a model server."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import DefaultSerializer, JSONSerializer

from companion.actions import turns
from companion.engine.failures import WORDS
from companion.models import CompanionMemory, Notification, Proposal, StreamEvent, UsageEntry
from companion.scheduling import queue
from journeyloop.tenancy import tenant
from tests.chaos.stage import Stage
from tests.chaos.talks import Talk
from tests.fakes.model_server import ModelServer, Reply
from tests.fakes.nursery import Child, Nursery
from tests.fakes.waiting import until

pytestmark = pytest.mark.chaos

LONG = json.dumps({"chat_message": "I would begin with the smallest step that you can take this week. " * 5})


@pytest.fixture(scope="module")
def _hosted(_nursery: Nursery, _model_server: ModelServer) -> Iterator[Child]:
    worker = Stage(_nursery, _model_server).worker("hosted", is_hasty=True)
    yield worker
    worker.stop()


@pytest.fixture(autouse=True)
def hosted(_hosted: Child, model_server: ModelServer, committed: None) -> Child:
    """A worker that asks the model server, shared by the tests of this module."""
    assert _hosted.is_running, _hosted.log
    return _hosted


def redis() -> Redis:
    return queue.doorbell_queue().connection


def test_a_turn_is_answered_with_its_effects_and_its_costs(talk: Talk, model_server: ModelServer) -> None:
    model_server.reply(
        "I will remember that.",
        memory_updates=[
            {
                "action": "remember",
                "about": "coach",
                "client_ref": "",
                "statement": "Alice never works on Fridays.",
                "quote": "I never work on Fridays",
                "importance": 4,
            }
        ],
        personality_updates=[
            {"layer": "soul", "text": "I keep Fridays free.", "reason": "You said so.", "quote": ""}
        ],
        notification={"title": "Fridays are noted"},
    )

    first = talk.wait(talk.say("I never work on Fridays, mind that."))
    second = talk.wait(talk.say("And what else?"))

    assert talk.answers()[0] == "I will remember that."
    assert (first.refusals, first.model_name) == ([], "claude-sonnet-5-5")
    with tenant(talk.coach.pk):
        assert CompanionMemory.objects.get().quote == "I never work on Fridays"
        assert Proposal.objects.get().layer == "soul"
        assert Notification.objects.get().text == "Fridays are noted"
        told = list(StreamEvent.objects.order_by("number").values_list("event", "data"))
        entries = list(UsageEntry.objects.order_by("reserved_at"))
    assert ("chat-message", {"turn": str(second.pk), "message": None, "version": 1}) in told
    assert [entry.turn_id for entry in entries] == [first.pk, second.pk]
    asked = model_server.requests[1]
    assert asked.cache_read > 0
    assert entries[1].cache_read_tokens == asked.cache_read
    assert entries[1].cache_write_tokens == asked.cache_write
    assert entries[1].output_tokens == asked.output_tokens
    assert all(0 < entry.cost_usd < entry.reserved_usd for entry in entries)


def test_text_is_kept_while_it_is_written(talk: Talk, model_server: ModelServer) -> None:
    model_server.play(Reply(text=LONG, gap=0.15))
    turn = talk.say()

    text = talk.wait_for_text(turn)

    assert json.loads(LONG)["chat_message"].startswith(text)
    assert talk.answers() == []
    talk.wait(turn)
    assert talk.answers() == [json.loads(LONG)["chat_message"].strip()]


def test_a_running_turn_can_be_stopped(talk: Talk, model_server: ModelServer) -> None:
    model_server.play(Reply(text=LONG, stall_after=8))
    turn = talk.say()
    text = talk.wait_for_text(turn)

    with tenant(talk.coach.pk):
        turns.cancel(turn=turn, now=turn.queued_at)

    until(lambda: model_server.requests[0].outcome == "client_gone", what="the call to be hung up")
    stopped = talk.turn(turn)
    assert (stopped.status, stopped.partial_text.startswith(text)) == ("cancelled", True)
    assert talk.answers() == []


def test_one_worker_carries_twenty_conversations_at_once(model_server: ModelServer, committed: None) -> None:
    model_server.play(*[Reply(first=2.0)] * 20)
    talks = [Talk() for _ in range(20)]

    waiting = [talk.say() for talk in talks]
    for talk, turn in zip(talks, waiting, strict=True):
        talk.wait(turn)

    asked = model_server.requests
    assert len(asked) == 20
    assert max(each.arrived_at for each in asked) < min(each.first_at for each in asked), "one after another"
    assert [len(talk.answers()) for talk in talks] == [1] * 20


def test_ten_rings_for_one_turn_make_one_answer(talk: Talk, model_server: ModelServer) -> None:
    turn = talk.say(rings=10)

    talk.wait(turn)
    talk.wait(talk.say("And another"))

    assert len(model_server.requests) == len(talk.answers()) == 2


def test_a_bell_that_names_no_turn_is_harmless(talk: Talk) -> None:
    bells = queue.doorbell_queue()
    bells.enqueue(queue.BELL, str(talk.coach.pk))
    bells.enqueue(queue.BELL, "not an id", {"coach": "somebody else"})

    talk.wait(talk.say())


def test_a_turn_that_nobody_rang_for_is_found(talk: Talk) -> None:
    talk.wait(talk.say(rings=0))


def test_an_emptied_redis_loses_nothing(talk: Talk) -> None:
    redis().flushall()
    first = talk.say("First")
    redis().flushall()

    talk.wait(first)
    talk.wait(talk.say("Second"))
    assert len(talk.answers()) == 2


def test_a_model_that_is_busy_once_is_asked_again(talk: Talk, model_server: ModelServer) -> None:
    model_server.fail(529)

    turn = talk.wait(talk.say())

    assert (len(model_server.requests), turn.attempts, len(talk.answers())) == (2, 2, 1)


def test_a_model_that_stays_busy_ends_in_words_and_can_be_asked_again(
    talk: Talk, model_server: ModelServer
) -> None:
    model_server.fail(529, times=3)

    turn = talk.wait(talk.say(), "failed", seconds=30)

    assert (len(model_server.requests), turn.error_words) == (3, WORDS["overloaded"])
    with tenant(talk.coach.pk):
        assert list(UsageEntry.objects.values_list("cost_usd", flat=True)) == [0, 0, 0]
        assert turns.retry(turn=turn)
        queue.ring(turn.pk)
    talk.wait(turn)
    assert len(talk.answers()) == 1


def test_a_text_that_breaks_off_is_kept_and_marked_and_replaced(
    talk: Talk, model_server: ModelServer
) -> None:
    model_server.play(*[Reply(text=LONG, cut_after=10)] * 3)

    turn = talk.wait(talk.say(), "failed")

    assert (turn.error_code, turn.error_words) == ("cut", WORDS["cut"])
    assert turn.partial_text
    assert json.loads(LONG)["chat_message"].startswith(turn.partial_text)
    assert talk.answers() == []
    model_server.reply("The whole of it.")
    with tenant(talk.coach.pk):
        assert turns.retry(turn=turn)
        queue.ring(turn.pk)
    assert talk.wait(turn).partial_text == ""
    assert talk.answers() == ["The whole of it."]


def test_an_error_in_the_middle_of_a_stream_is_tried_again(talk: Talk, model_server: ModelServer) -> None:
    model_server.play(Reply(text=LONG, error_after=10))
    model_server.reply("The whole of it.")

    talk.wait(talk.say())

    assert talk.answers() == ["The whole of it."]


def test_an_unreadable_answer_is_paid_for_and_tried_again(talk: Talk, model_server: ModelServer) -> None:
    model_server.play(Reply(text='{"panel_updates": []}'))
    model_server.reply("Readable.")

    talk.wait(talk.say())

    assert talk.answers() == ["Readable."]
    with tenant(talk.coach.pk):
        costs = UsageEntry.objects.values_list("cost_usd", flat=True)
        assert all(cost > 0 for cost in costs)


def test_a_job_that_is_no_bell_is_never_run(talk: Talk, tmp_path: Path, hosted: Child) -> None:
    trace = tmp_path / "was-here"
    pickled = Queue("default", connection=redis(), serializer=DefaultSerializer)
    plain = Queue("default", connection=redis(), serializer=JSONSerializer)
    jobs = [pickled.enqueue(os.system, f"touch {trace}"), plain.enqueue("os.system", f"touch {trace}")]

    until(lambda: hosted.log.count("doorbell.unknown_job") == len(jobs), what="both jobs to be dropped")
    talk.wait(talk.say())

    assert not trace.exists()
    assert "unhandled exception" not in hosted.log
