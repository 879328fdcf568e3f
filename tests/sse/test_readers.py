"""Who may read a coach's stream, and for how long."""

import socket
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from coaching.accounts.tokens import make_key, revoke_key
from coaching.models import CoachingProfile, User
from companion.api import events
from tests.fakes.coaches import MakeCoach, StreamingCoach, numbers, sign_in
from tests.fakes.event_reader import EventReader
from tests.fakes.web_process import serving
from tests.fakes.wire import Wire
from tests.processes import Process


def test_a_visitor_gets_401(server: Process) -> None:
    for headers in ({}, {"Cookie": f"{settings.SESSION_COOKIE_NAME}=made-up"}, {"Cookie": "\xff=;;="}):
        with EventReader(server.port, headers) as refused:
            assert refused.status == 401
            assert refused.error()["code"] == "not_signed_in"


def test_somebody_who_is_no_coach_gets_403(server: Process, committed: None) -> None:
    client = User.objects.create_user(f"{uuid4()}@example.com")
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={sign_in(client).session_key}"}

    with EventReader(server.port, cookie) as refused:
        assert refused.status == 403
        assert refused.error() == {
            "code": "not_a_coach",
            "message": "Only an active coach has an event stream.",
            "details": {},
        }


def test_a_session_from_before_the_password_changed_gets_401(server: Process, coach: StreamingCoach) -> None:
    coach.profile.user.set_password("another long password")
    coach.profile.user.save()

    assert coach.open(server).status == 401


def test_another_coachs_channel_cannot_be_asked_for(server: Process, make_coach: MakeCoach) -> None:
    coach, other = make_coach(), make_coach()
    channel = f"companion-{other.id}"
    stream = coach.open(server, query=f"?channel={channel}&channels={channel}&es-meta=e30.e30.e30").opened()

    other.record(1)
    events.push_text(coach_id=other.id, turn_id=uuid4(), offset=0, text="private")
    coach.record(2)

    assert numbers(stream.take(1)) == [2]


def test_a_token_opens_its_coachs_stream_until_it_is_revoked(server: Process, coach: StreamingCoach) -> None:
    key, token = make_key(owner=coach.profile, name="script", scopes=["companion"], now=timezone.now())
    with EventReader(server.port, {"Authorization": f"Bearer {token}"}) as stream:
        stream.opened()
        coach.record(1)
        assert numbers(stream.take(1)) == [1]

        revoke_key(key=key, now=timezone.now())

        stream.wait_for_end()
    with EventReader(server.port, {"Authorization": f"Bearer {token}"}) as refused:
        assert (refused.status, refused.error()["code"]) == (401, "bad_token")


def test_streams_end_in_every_process_when_the_coach_signs_out(
    server: Process, coach: StreamingCoach, tmp_path: Path, wire: Wire
) -> None:
    with serving(tmp_path, wire) as second:
        streams = [coach.open(each).opened() for each in (server, second)]

        coach.session.delete()

        for stream in streams:
            stream.wait_for_end()
        assert coach.open(second).status == 401


def test_streams_end_when_their_coaches_may_not_read_on(server: Process, make_coach: MakeCoach) -> None:
    changed, suspended, deactivated, bystander = coaches = [make_coach() for _ in range(4)]
    streams = {coach: coach.open(server).opened() for coach in coaches}

    changed.profile.user.set_password("another long password")
    changed.profile.user.save()
    CoachingProfile.objects.filter(pk=suspended.id).update(status=CoachingProfile.Status.SUSPENDED)
    User.objects.filter(pk=deactivated.profile.user_id).update(is_active=False)

    for coach in (changed, suspended, deactivated):
        streams[coach].wait_for_end()
    assert [coach.open(server).status for coach in coaches] == [401, 403, 401, 200]
    bystander.record(1)
    assert numbers(streams[bystander].take(1)) == [1]


def test_the_eleventh_stream_of_a_coach_gets_429(server: Process, make_coach: MakeCoach) -> None:
    coach = make_coach()
    for _ in range(10):
        coach.open(server).opened()

    refused = coach.open(server)

    assert (refused.status, refused.error()["code"]) == (429, "too_many_streams")
    assert make_coach().open(server).status == 200


def test_the_stream_is_read_with_get_only(server: Process) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"POST /api/v1/companion/events/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        head = raw.recv(4096)
    assert head.startswith(b"HTTP/1.1 405")
    assert b"\r\nallow: GET\r\n" in head


def test_the_stream_is_neither_stored_nor_held_back(server: Process, coach: StreamingCoach) -> None:
    headers = coach.open(server).answer.headers

    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert headers["x-content-type-options"] == "nosniff"
