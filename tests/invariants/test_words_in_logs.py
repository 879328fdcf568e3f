"""A day in a practice, with a word in everything that anybody says: no process logs one, Redis holds none."""

import re
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.utils import timezone

from coaching.accounts import tokens
from coaching.models import ApiKey
from companion.models import Turn
from journeyloop.tenancy import tenant
from tests import factories
from tests.factories import PASSWORD
from tests.fakes.visitor import Visitor
from tests.fakes.waiting import until
from tests.processes import StartProcess, web

WORD = "zqcanary"
"""The beginning of every word that somebody says here."""


def test_nobodys_words_are_logged(committed: None, start: StartProcess, tmp_path: Path) -> None:
    coach = factories.make_coach(f"{WORD}@example.com", name=f"{WORD}name", unlocked=True)
    _, token = tokens.make_key(owner=coach, name=f"{WORD}key", scopes=["companion"], now=timezone.now())
    with tenant(coach.pk):
        client = factories.make_client(f"{WORD}client", email=f"{WORD}client@example.com")
    worker, clock = start("worker", "manage.py", "work"), start("clock", "clock.py")
    with web(tmp_path, environment={"EMAIL_URL": "dummymail://"}) as server:
        visitor = Visitor(server, **{"user-agent": f"{WORD}agent"})
        said = _a_day(visitor, token, client.pk)
        until(lambda: _turns_over(coach.pk))
        stopped = server.stop()
    lines = server.log + worker.log + clock.log
    told = [token, *(cookie.value or "" for cookie in visitor.cookies)]

    assert stopped in {0, -15}
    assert [status for status in said.values() if status >= 500] == []
    assert re.findall(rf".*(?:{WORD}|{PASSWORD}).*", lines) == []
    assert [word for word in told if word in lines] == []
    assert "request.answered" in server.log
    assert "request.denied" in server.log
    assert str(coach.pk) in server.log
    assert ApiKey.objects.get().prefix not in lines
    assert WORD not in _all_of_redis()


def _a_day(visitor: Visitor, token: str, client_id: UUID) -> dict[str, int]:
    """Say a word wherever one can be said; return how each was answered."""
    sign_in = {"login": f"{WORD}@example.com", "password": f"{WORD}password"}
    visitor.get(f"/accounts/login/?next=/{WORD}next/")
    said = {"wrong": visitor.post("/accounts/login/", sign_in)[0]}
    said["in"] = visitor.post("/accounts/login/", sign_in | {"password": PASSWORD})[0]
    visitor.get("/clients/new/")
    said["refused form"] = visitor.post("/clients/new/", {"email": f"{WORD}email"})[0]
    note = {"text": f"{WORD}note\n{WORD}forged [error] line"}
    said["note"] = visitor.post(f"/clients/{client_id}/notes/", note)[0]
    said["search"] = visitor.get(f"/clients/?q={WORD}search")[0]
    said["nowhere"] = visitor.get(f"/{WORD}path/?q={WORD}query")[0]
    said["nobody"] = visitor.get("/clients/00000000-0000-7000-8000-000000000000/")[0]
    said["reset"] = visitor.get(f"/accounts/password/reset/key/1-{WORD}token/")[0]
    visitor.get("/companion/")
    said["chat"] = visitor.post("/api/v1/companion/chat/", {"message": f"Remember that I like {WORD}tea."})[0]
    bearer = {"authorization": f"Bearer {token}"}
    said["program"] = visitor.post_json("/api/v1/companion/chat/", {"message": f"{WORD}said"}, **bearer)[0]
    said["bad token"] = visitor.post_json("/api/v1/companion/chat/", {}, authorization=f"Bearer jl_0_{WORD}")[
        0
    ]
    return said


def _turns_over(coach_id: UUID) -> bool:
    with tenant(coach_id):
        return not Turn.objects.exclude(status__in=["done", "failed"]).exists()


def _all_of_redis() -> str:
    """Read every key and value; RQ packs what its jobs carry."""
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        read = {
            b"string": lambda key: [store.get(key)],
            b"hash": lambda key: store.hgetall(key).items(),
            b"list": lambda key: store.lrange(key, 0, -1),
            b"set": store.smembers,
            b"zset": lambda key: store.zrange(key, 0, -1),
            b"stream": store.xrange,
        }
        return "\n".join(f"{key} {_unpacked(read[store.type(key)](key))}" for key in store.scan_iter())


def _unpacked(value: Any) -> Any:
    if isinstance(value, bytes):
        with suppress(zlib.error):
            return zlib.decompress(value)
        return value
    return [_unpacked(each) for each in value] if isinstance(value, Iterable) else value
