"""
How fast workers take due turns, whether one is ever taken twice, and what it costs to find none.

`python -m bench.claiming` works on rows, in this process: 100,000 coaches' turns, claimed by two threads.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from bench.figures import RUNS, bar, flat, median, table
from bench.stage import analyse, rows_only
from journeyloop.embedded.services import Services

DUE = 100_000
BATCH = 100
MOST_WAITING = 100
"""Turns that a coach may have waiting behind each other."""
RUNNING = "UPDATE companion_turn SET status = 'running', lease_until = now() + interval '1 hour'"

_COACHES = """
INSERT INTO coaching_user (id, email, password, name, time_zone, is_superuser, is_staff, is_active)
SELECT gen_random_uuid(), 'coach' || n || '@example.com', '', '', 'UTC', false, false, true
FROM generate_series(1, %(count)s) n;
INSERT INTO coaching_coachingprofile (id, user_id, status)
SELECT gen_random_uuid(), id, 'active' FROM coaching_user;
INSERT INTO companion_conversation
  (id, coach_id, kind, last_number, memory_text, memory_told, memory_taint,
   summary, summary_until, summary_taint)
SELECT gen_random_uuid(), id, 'main', 2, '', '', 0, '', 0, 0 FROM coaching_coachingprofile
"""
_TURNS = """
INSERT INTO companion_turn (id, coach_id, conversation_id, number, kind, status, fence, attempts, not_before,
  partial_text, error_code, error_words, model_name, taint, refusals)
SELECT gen_random_uuid(), c.coach_id, c.id, n, 'chat', 'queued', 0, 0, now() + %(wait)s * interval '1 hour',
  '', '', '', '', 0, '[]'
FROM (SELECT * FROM companion_conversation LIMIT %(conversations)s) c, generate_series(2, 1 + %(each)s) n
"""


def main() -> None:
    """Measure and print."""
    with rows_only() as services:
        import django

        django.setup()
        fill(services, _COACHES, count=DUE)
        due = [claiming(services) for _ in range(RUNS)]
        bar("claims of due turns", median(rate for rate, _ in due), unit="rows/s", least=10_000)
        bar("claimed twice", sum(twice for _, twice in due), unit="turns", most=0)
        waiting(services, "100,000 answered", "UPDATE companion_turn SET status = 'done'", conversations=DUE)
        waiting(services, "100,000 waiting for another attempt", "", conversations=DUE, wait=1)
        waiting(services, "2,000 running elsewhere", RUNNING, conversations=2_000)
        for coaches in (1, 50):
            behind = f"{MOST_WAITING} behind each running one, coaches: {coaches}"
            behind_running = f"{RUNNING} WHERE number = 2"
            waiting(services, behind, behind_running, conversations=coaches, each=1 + MOST_WAITING)


def claiming(services: Services) -> tuple[float, int]:
    """Claim 100,000 due turns with two threads; returns rows a second and how many were taken twice."""
    refill(services, conversations=DUE)
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as threads:
        taken = [key for keys in threads.map(lambda _: _claim_all(), range(2)) for key in keys]
    seconds = time.perf_counter() - began
    if len(set(taken)) != DUE:
        raise RuntimeError(f"{len(set(taken))} of {DUE} turns were claimed")
    return DUE / seconds, len(taken) - len(set(taken))


def _claim_all() -> list[Any]:
    from django.db import connections

    from companion.actions.leases import TURNS

    taken: list[Any] = []
    while found := TURNS.claim(limit=BATCH, suspect=False):
        taken += [lease.work_id for lease in found]
    connections.close_all()
    return taken


def waiting(services: Services, what: str, change: str, **rows: int) -> None:
    """Look for due turns among rows of which none is due."""
    refill(services, change, **rows)
    from companion.actions.leases import TURNS

    runs = [timed(lambda: TURNS.claim(limit=BATCH, suspect=False)) for _ in range(RUNS)]
    table(f"a look that finds nothing: {what}", {"look": flat(runs)})
    bar(f"a look that finds nothing, {what}, p50", median(median(run) for run in runs), unit="ms", most=1)


def timed(work: Callable[[], object]) -> list[float]:
    """Do it fifty times; returns milliseconds."""
    taken = []
    for _ in range(50):
        began = time.perf_counter()
        if work():
            raise RuntimeError("something was due")
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def refill(services: Services, change: str = "", *, conversations: int, each: int = 1, wait: int = 0) -> None:
    """Replace all turns."""
    fill(services, "TRUNCATE companion_turn CASCADE")
    fill(services, _TURNS, conversations=conversations, each=each, wait=wait)
    if change:
        fill(services, change)
    analyse(services)


def fill(services: Services, statements: str, **values: int) -> None:
    """Run statements as the superuser."""
    with psycopg.connect(services.superuser_url) as connection:
        psycopg.ClientCursor(connection).execute(statements, values)


if __name__ == "__main__":
    main()
