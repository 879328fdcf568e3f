"""
What open event streams cost one web process: memory, threads, connections, and time to ten browsers.

`python -m bench.streams --streams 1000`. Ten streams a coach, which is the most that one may have.
"""

import argparse
import asyncio
import os
import resource
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench import coaches as people
from bench.figures import p95, verdict
from bench.stage import Stage, set_up

A_COACH_MAY = 10
EVENTS = 50
MEMORY_BAR_KIB = 100
CONNECTIONS_BAR = 20


@dataclass(slots=True)
class Tally:
    """What all streams have heard."""

    opened: int = 0
    heard: int = 0
    last: float = 0.0


class Stream(asyncio.Protocol):
    """One browser's stream, as cheap as a benchmark's must be."""

    def __init__(self, cookie: str, tally: Tally) -> None:
        self._cookie, self._tally = cookie, tally

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        request = (
            f"GET /api/v1/companion/events/ HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {self._cookie}\r\n\r\n"
        )
        transport.write(request.encode())  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Count what came."""
        self._tally.opened += b"stream-open" in data
        if b"main-update" in data:
            self._tally.heard += 1
            self._tally.last = time.monotonic()


def main() -> None:
    """Open the streams and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    count = parser.parse_args().streams
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 1024, max(count + 1024, 8192)))
    with set_up() as stage:
        asyncio.run(measure(stage, count))


async def measure(stage: Stage, count: int) -> None:
    """Open `count` streams on one process and tell ten of them something, many times."""
    coaches = await asyncio.to_thread(make_coaches, -(-count // A_COACH_MAY))
    tally, pid = Tally(), listener_of(stage.web)
    await open_streams(stage.web, coaches[:1], 1, tally)
    before, began = memory_kib(pid), time.monotonic()
    await open_streams(stage.web, coaches, count, tally)
    seconds = time.monotonic() - began
    await asyncio.sleep(2)
    each = (memory_kib(pid) - before) / count
    connections = await asyncio.to_thread(connections_in_use, stage)
    latencies = [await tell(coaches[-1][0], tally) for _ in range(EVENTS)]
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    print(f"\n{count} open streams on one web process, opened in {seconds:.1f} s")
    print(f"memory {each:.0f} KiB each (bar {MEMORY_BAR_KIB}: {verdict(each <= MEMORY_BAR_KIB)})")
    print(f"connections {connections} (bar {CONNECTIONS_BAR}: {verdict(connections <= CONNECTIONS_BAR)})")
    print(f"threads {threads}")
    print(f"recorded → ten browsers: p50 {statistics.median(latencies):.1f} ms, p95 {p95(latencies):.1f} ms")


def make_coaches(count: int) -> list[tuple[UUID, str]]:
    """Make coaches with a signed-in browser each; returns their ids and cookies."""
    made = [people.make_coach() for _ in range(count)]
    return [(coach.pk, people.sign_in(coach).cookies) for coach in made]


async def open_streams(port: int, coaches: list[tuple[UUID, str]], count: int, tally: Tally) -> None:
    """Open streams until `count` are open in all, a hundred at a time."""
    loop = asyncio.get_running_loop()
    for start in range(tally.opened, count, 100):
        numbers = range(start, min(start + 100, count))
        cookies = [coaches[number // A_COACH_MAY][1] for number in numbers]
        await asyncio.gather(
            *(loop.create_connection(lambda c=c: Stream(c, tally), "127.0.0.1", port) for c in cookies)
        )
    async with asyncio.timeout(60):
        while tally.opened < count:
            await asyncio.sleep(0.02)


async def tell(coach_id: UUID, tally: Tally) -> float:
    """Record one event and wait for ten browsers to hear of it; returns milliseconds."""
    tally.heard, began = 0, time.monotonic()
    await asyncio.to_thread(record, coach_id)
    async with asyncio.timeout(10):
        while tally.heard < A_COACH_MAY:
            await asyncio.sleep(0.0005)
    return 1000 * (tally.last - began)


def record(coach_id: UUID) -> None:
    """Record one event as a view would."""
    from companion.api import events
    from journeyloop.tenancy import tenant

    with tenant(coach_id):
        events.record(coach_id=coach_id, event="main-update", data={"n": 1})


def connections_in_use(stage: Stage) -> int:
    """Count the product's connections, all processes together."""
    import psycopg

    with psycopg.connect(stage.services.superuser_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename IN ('jl_app', 'jl_system')"
        ).fetchone()
    return int(row[0]) if row else 0


def listener_of(port: int) -> int:
    """Find the process that serves a port among our children."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    for child in children:
        command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if str(port).encode() in command:
            return int(child)
    raise LookupError(f"no child serves port {port}")


def memory_kib(pid: int) -> int:
    """Read a process's resident memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


if __name__ == "__main__":
    main()
