"""Redis and PostgreSQL go away, or are there and refuse what is written to them."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import connections
from redis import Redis

from companion.scheduling import queue
from tests.chaos.checker import check
from tests.chaos.load import Load
from tests.chaos.outcome import Outcome, none_failed
from tests.chaos.pages import Answer
from tests.chaos.stage import Stage, to_postgres, to_redis
from tests.chaos.talks import Crowd
from tests.database import urls

SETTLE_SECONDS = 120.0
BACK_SECONDS = 15.0
"""So soon after an outage everything works again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How an outage begins and ends."""

    name: str
    begin: Callable[[], object]
    end: Callable[[], object]
    seconds: float

    def happen(self) -> None:
        """Let it begin, go on and end, whatever comes in between."""
        self.begin()
        try:
            time.sleep(self.seconds)
        finally:
            self.end()


def redis_away(stage: Stage, *, seconds: float) -> Outcome:
    """Statement 32: everything in Redis is lost, then Redis itself for a while. Work goes on by looking."""
    with stage.wire(settings.EVENTSTREAM_REDIS["port"]) as wire:

        def begin() -> None:
            _redis().flushall()
            wire.cut()

        fault = Fault(
            name=f"Redis emptied and away for {seconds:g} s", begin=begin, end=wire.mend, seconds=seconds
        )
        return _without_redis(stage, fault, to_redis(wire.port))


def redis_full(stage: Stage, *, seconds: float) -> Outcome:
    """Statement 42 for Redis: there, and refuses whatever is written."""
    fault = Fault(
        name=f"Redis full for {seconds:g} s",
        begin=lambda: _redis().config_set("maxmemory", 1),
        end=lambda: _redis().config_set("maxmemory", 0),
        seconds=seconds,
    )
    return _without_redis(stage, fault, {})


def _without_redis(stage: Stage, fault: Fault, lead: dict[str, str]) -> Outcome:
    stage.model.first, stage.model.gap = 0.05, 0.02
    crowd = Crowd(10)
    load = Load(crowd)
    web = stage.web(**lead)
    for _ in range(2):
        stage.worker(is_hasty=True, **lead)
    with load.on(lambda: web):
        time.sleep(1)
        fault.happen()
        time.sleep(1)
    took = crowd.wait(seconds=60)
    broken = load.surprises(200, 202)
    found = check(crowd.talks, asked=stage.model.requests)
    return Outcome(fault.name, 1, found, [took], "", broken + none_failed(found))


def _redis() -> Redis:
    return queue.doorbell_queue().connection


def postgres_restarted(stage: Stage, *, seconds: float, watched: float = BACK_SECONDS) -> Outcome:
    """Statement 33: an immediate stop under load and refused connections; 503 meanwhile, nothing failed."""
    name = f"PostgreSQL stopped at once for {seconds:g} s"
    if stage.database:
        database = stage.database
        fault = Fault(name=name, begin=database.stop, end=database.start, seconds=seconds)
        return _without_postgres(stage, fault, {}, watched)
    port = int(urls()["DATABASE_URL"].rpartition(":")[2].partition("/")[0])
    with stage.wire(port) as wire:
        fault = Fault(name=name, begin=wire.cut, end=wire.mend, seconds=seconds)
        return _without_postgres(stage, fault, to_postgres(wire.port), watched)


def postgres_read_only(stage: Stage, *, seconds: float, watched: float = BACK_SECONDS) -> Outcome:
    """Statement 42: PostgreSQL is there and takes no writes, as after a failover to a copy."""
    fault = Fault(
        name=f"PostgreSQL takes no writes for {seconds:g} s",
        begin=lambda: _read_only("on"),
        end=lambda: _read_only("off"),
        seconds=seconds,
    )
    return _without_postgres(stage, fault, {}, watched)


def postgres_full(stage: Stage, *, seconds: float, watched: float = BACK_SECONDS) -> Outcome:
    """Statement 42: PostgreSQL's disk is full: what would make a table longer is refused."""
    assert stage.database
    with stage.database.on_a_small_disk() as disk:
        fault = Fault(
            name=f"PostgreSQL's disk full for {seconds:g} s", begin=disk.fill, end=disk.free, seconds=seconds
        )
        return _without_postgres(stage, fault, {}, watched)


def _without_postgres(stage: Stage, fault: Fault, lead: dict[str, str], watched: float) -> Outcome:
    stage.model.first, stage.model.gap = 0.3, 0.05
    crowd = Crowd(10)
    load = Load(crowd)
    web = stage.web(**lead)
    for _ in range(2):
        stage.worker(is_hasty=True, **lead)
    with load.on(lambda: web):
        time.sleep(2)
        connections.close_all()
        fault.happen()
        back_at = time.monotonic()
        time.sleep(watched)
    crowd.wait(seconds=SETTLE_SECONDS)
    found = check(crowd.talks, asked=stage.model.requests)
    took = load.back_after(back_at)
    broken = load.surprises(200, 202, 503)
    broken += _said_when(load.refused())
    broken += [f"refused {took:.1f} s after the outage"] if took >= watched - 1 else []
    return Outcome(fault.name, 1, found, [took], "", broken + none_failed(found))


def _said_when(refused: list[Answer]) -> list[str]:
    if not refused:
        return ["nobody was refused, so nothing was away"]
    hints = [{name.lower() for name in answer.headers or {}} for answer in refused]
    return [] if all("retry-after" in hint for hint in hints) else ["a refusal without a hint"]


def _read_only(value: str) -> None:
    # The superuser's own session must be able to take it back.
    address, writes = os.environ["JL_TEST_SUPERUSER_URL"], "-c default_transaction_read_only=off"
    with psycopg.connect(address, autocommit=True, options=writes) as server:
        server.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}".encode())
        server.execute("SELECT pg_reload_conf()")
