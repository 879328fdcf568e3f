"""What django_eventstream 5.3.4 gets wrong, each mend pinned by a test that fails without it."""

import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

import redis
from django.conf import settings
from django.db import connection

from companion.api import events
from companion.api.events import log
from companion.api.events.publishing import REDIS_CHANNEL, Message
from journeyloop.tenancy import tenant
from tests.fakes.coaches import MakeCoach, StreamingCoach, numbers
from tests.fakes.event_reader import EventReader, Heard
from tests.fakes.web_process import serving
from tests.fakes.wire import Wire
from tests.processes import Process


def test_a_burst_loses_nothing(server: Process, coach: StreamingCoach) -> None:
    stream, turn = coach.open(server).opened(), uuid4()

    for offset in range(400):
        events.push_text(coach_id=coach.id, turn_id=turn, offset=offset, text="word ")
    coach.record(*range(1, 101))

    heard = stream.take(500)
    assert [event.json["offset"] for event in heard if event.type == "turn-text"] == list(range(400))
    assert numbers([event for event in heard if event.type == "main-update"]) == list(range(1, 101))


def test_the_first_stream_of_a_process_is_open_only_when_it_can_hear(
    coach: StreamingCoach, tmp_path: Path
) -> None:
    slow = Wire(settings.EVENTSTREAM_REDIS["port"])
    slow.lag_seconds = 0.5
    with serving(tmp_path, slow) as server, coach.open(server) as stream:
        stream.opened()

        events.push_text(coach_id=coach.id, turn_id=uuid4(), offset=0, text="Hello")

        assert stream.take(1)[0].json["text"] == "Hello"
    slow.cut()


def test_open_streams_hold_no_thread_and_no_connection(server: Process, make_coach: MakeCoach) -> None:
    for _ in range(6):
        coach = make_coach()
        for _ in range(10):
            coach.open(server).opened()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        (connected,) = cursor.fetchone()

    assert connected <= 15  # two pools at most, and this process
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) <= 30


def test_events_arrive_while_redis_is_away_and_text_when_it_is_back(
    server: Process, coach: StreamingCoach, wire: Wire
) -> None:
    stream, turn = coach.open(server).opened(), uuid4()
    coach.record(1)
    assert numbers(stream.take(1)) == [1]

    wire.cut()
    coach.record(2, 3)
    during = stream.take(2)
    fresh = coach.open(server, after=1).take(2)
    wire.mend()
    text_again = _push_until_heard(stream, coach, turn)

    assert numbers(during) == numbers(fresh) == [2, 3]
    assert text_again.json["turn"] == str(turn)
    assert server.log.count("events.subscription_lost") == 1


def _push_until_heard(stream: EventReader, coach: StreamingCoach, turn: UUID) -> Heard:
    done = threading.Event()

    def push() -> None:
        while not done.wait(0.1):
            events.push_text(coach_id=coach.id, turn_id=turn, offset=0, text="Hello")

    thread = threading.Thread(target=push)
    thread.start()
    try:
        return stream.take(1, "turn-text")[0]
    finally:
        done.set()
        thread.join()


def test_an_event_arrives_whose_process_died_before_it_published(
    server: Process, coach: StreamingCoach
) -> None:
    stream = coach.open(server).opened()
    with tenant(coach.id):
        log.append(coach.id, "main-update", '{"n": 1}')

    assert numbers(stream.take(1)) == [1]


def test_an_event_that_overtook_another_waits_for_it(server: Process, coach: StreamingCoach) -> None:
    stream = coach.open(server).opened()
    with tenant(coach.id):
        log.append(coach.id, "main-update", '{"n": 1}')
    coach.record(2)

    assert numbers(stream.take(2)) == [1, 2]


def test_nonsense_on_redis_changes_nothing(server: Process, coach: StreamingCoach) -> None:
    stream = coach.open(server).opened()
    channel = f"companion-{coach.id}"
    with redis.Redis(**settings.EVENTSTREAM_REDIS) as client:
        for nonsense in ("", "[]", "{}", '{"channel": [], "pub_id": null, "event_type": 1, "data": 1}'):
            client.publish(REDIS_CHANNEL, nonsense)
        client.publish(REDIS_CHANNEL, Message(channel, "main-update", "{}", number=10**9).encoded())
    coach.record(1)

    (event,) = stream.take(1)

    assert (event.id, event.json) == ("1", {"n": 1})


def test_a_stream_ends_itself_after_heartbeats(hasty_server: Process, coach: StreamingCoach) -> None:
    blocks = coach.open(hasty_server).wait_for_end()

    assert [block.type for block in blocks].count("keep-alive") >= 2


def test_a_stopping_server_ends_its_streams_and_leaves(
    coach: StreamingCoach, tmp_path: Path, wire: Wire
) -> None:
    with serving(tmp_path, wire) as server, ExitStack() as open_streams:
        streams = [open_streams.enter_context(coach.open(server)).opened() for _ in range(3)]

        server.popen.send_signal(signal.SIGTERM)

        for stream in streams:
            stream.wait_for_end()
        server.popen.wait(timeout=60)
        assert "timeout graceful shutdown exceeded" not in server.log
