"""
`make chaos`: every fault at length, on throw-away services, and a table of what it did.

    python -m tests.chaos [--kills 500] [--only WORD]
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from journeyloop.embedded import postgres, valkey
from journeyloop.embedded.homes import home_for
from journeyloop.embedded.postgres import SUPERUSER, free_port
from journeyloop.embedded.services import Services
from tests.fakes.model_server import model_server
from tests.fakes.nursery import Nursery
from tests.plugin import environment


class Database:
    """A PostgreSQL that a scenario may stop at once and start again."""

    def __init__(self, directory: Path) -> None:
        self.home = home_for(directory, throw_away=True)
        self.port = free_port()
        self.server = postgres.start(self.home, port=self.port, safe=False)

    def outage(self, seconds: float) -> None:
        """Stop it as a crash does, and start it after so many seconds."""
        self.server.process.send_signal(signal.SIGQUIT)
        self.server.process.wait()
        time.sleep(seconds)
        self.server = postgres.start(self.home, port=self.port, safe=False)


@contextmanager
def own_services(directory: Path) -> Iterator[Database]:
    """Run services, lead this process to them, and migrate."""
    database = Database(directory)
    store = valkey.start(database.home, port=free_port())
    url = database.server.url
    services = Services(url("jl_app"), url("jl_owner"), url("jl_system"), url(SUPERUSER), store.url)
    os.environ |= {**environment(services), "DJANGO_SETTINGS_MODULE": "journeyloop.settings"}
    try:
        yield database
    finally:
        store.stop()
        database.server.stop()


def main() -> int:
    """Play every scenario and print the table; 1 when anything was lost, doubled, stuck or wrong."""
    form = argparse.ArgumentParser(description="Every fault at length, and a table of what it did.")
    form.add_argument("--kills", type=int, default=500)
    form.add_argument("--only", default="", help="a part of the scenarios' names")
    given = form.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="journeyloop-chaos-") as folder,
        own_services(Path(folder) / "services") as database,
    ):
        return play(Path(folder), database, given.kills, given.only)


def play(folder: Path, database: Database, kills: int, only: str) -> int:
    import django

    django.setup()
    # What the product says in this process is not the table that was asked for.
    logging.disable(logging.WARNING)
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.core.management import call_command

    from tests.chaos.outcome import Outcome, table
    from tests.chaos.stage import Stage
    from tests.database import empty_tables, urls

    # Nobody signs in with a password here, and a crowd of coaches has two hundred.
    PBKDF2PasswordHasher.iterations = 1
    call_command("migrate", verbosity=0)
    outcomes: list[Outcome] = []
    with model_server() as model:
        for name, scenario in scenarios(kills).items():
            if only not in name:
                continue
            empty_tables()
            model.reset()
            with Nursery(folder / name, lambda: {**os.environ, **urls()}) as nursery:
                began = time.monotonic()
                try:
                    outcomes.append(scenario(Stage(nursery, model, database.outage)))
                except Exception as error:  # noqa: BLE001 - the others are played all the same
                    say(f"{name} did not come to its end: {error!r}")
                    continue
                say(f"{time.monotonic() - began:.0f} s: {outcomes[-1]}")
    say("\n" + table(outcomes))
    return 0 if outcomes and all(outcome.is_clean for outcome in outcomes) else 1


def scenarios(kills: int) -> dict[str, Callable[..., object]]:
    from tests.chaos.scenarios import deliveries, models, outages, places, poison
    from tests.chaos.scenarios import kills as killing

    return {
        "killed": lambda stage: killing.killed_workers(stage, kills=kills, coaches=min(250, 24 + kills)),
        **{
            f"places-{deed}": lambda stage, deed=deed: places.broken_at_every_place(stage, deed=deed)
            for deed in ("kill", "stop", "raise", "sleep=8")
        },
        "frozen": lambda stage: outages.frozen_workers(stage, rounds=3),
        "twice": lambda stage: deliveries.delivered_again(stage, coaches=10),
        "redis": lambda stage: outages.redis_away(stage, seconds=120),
        "postgres": lambda stage: outages.postgres_restarted(stage, seconds=30),
        "models": models.failing_models,
        "unreachable": models.unreachable_models,
        "poison": lambda stage: poison.poisoned(stage, bystanders=12),
        "deploy": lambda stage: outages.deployed(stage, rounds=3),
        "clocks": outages.wrong_clocks,
    }


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
