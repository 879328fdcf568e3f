"""
`make chaos`: every fault at length, on throw-away services, and a table of what it did.

    python -m tests.chaos [--kills 500] [--only WORD] [--logs DIRECTORY]
"""

import argparse
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.services import Database, NoSmallDiskError, own_services
from tests.fakes.model_server import model_server
from tests.fakes.nursery import Nursery


def main() -> int:
    """Play every scenario and print the table; 1 when anything was lost, doubled, stuck or wrong."""
    form = argparse.ArgumentParser(description="Every fault at length, and a table of what it did.")
    form.add_argument("--kills", type=int, default=500)
    form.add_argument("--only", default="", help="a part of the scenarios' names")
    form.add_argument("--logs", type=Path, help="where to leave what the processes said; otherwise nowhere")
    given = form.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="journeyloop-chaos-") as folder,
        own_services(Path(folder) / "services") as database,
    ):
        return play(given.logs or Path(folder) / "logs", database, given.kills, given.only)


def play(folder: Path, database: Database, kills: int, only: str) -> int:
    import django

    django.setup()
    # What the product says in this process is not the table that was asked for.
    logging.disable(logging.WARNING)
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.core.management import call_command

    from tests.chaos.outcome import Outcome, line, table
    from tests.chaos.stage import Stage
    from tests.database import empty_tables, urls

    # Nobody signs in with a password here, and a crowd of coaches has two hundred.
    PBKDF2PasswordHasher.iterations = 1
    call_command("migrate", verbosity=0)
    outcomes: list[Outcome] = []
    unended = []
    with model_server() as model:
        for name, scenario in scenarios(kills).items():
            if only not in name:
                continue
            empty_tables()
            model.reset()
            with Nursery(folder / name, lambda: {**os.environ, **urls()}) as nursery:
                began = time.monotonic()
                try:
                    outcomes.append(scenario(Stage(nursery, model, database)))
                except NoSmallDiskError as reason:
                    say(f"{name} is not played: {reason}")
                    continue
                except Exception as error:  # noqa: BLE001 - the others are played all the same
                    say(f"{name} did not come to its end: {error!r}")
                    unended.append(name)
                    continue
                say(f"{time.monotonic() - began:.0f} s: {outcomes[-1]}\n{line(outcomes[-1])}")
    say("\n" + table(outcomes))
    return 0 if outcomes and not unended and all(outcome.is_clean for outcome in outcomes) else 1


def scenarios(kills: int) -> dict[str, Callable[..., object]]:
    from tests.chaos.scenarios import deliveries, models, outages, places, poison, processes, streams, uploads
    from tests.chaos.scenarios import kills as killing

    return {
        "killed": lambda stage: killing.killed_workers(stage, kills=kills, coaches=min(250, 24 + kills)),
        **{
            f"places-{deed}": lambda stage, deed=deed: places.broken_at_every_place(stage, deed=deed)
            for deed in ("kill", "stop", "raise", "sleep=8")
        },
        "frozen": lambda stage: processes.frozen_workers(stage, rounds=3),
        "orphaned": lambda stage: processes.orphaned_workers(stage, rounds=3),
        "twice": lambda stage: deliveries.delivered_again(stage, coaches=10),
        "redis": lambda stage: outages.redis_away(stage, seconds=120),
        "redis-full": lambda stage: outages.redis_full(stage, seconds=20),
        "postgres": lambda stage: outages.postgres_restarted(stage, seconds=30),
        "postgres-read-only": lambda stage: outages.postgres_read_only(stage, seconds=20),
        "postgres-full": lambda stage: outages.postgres_full(stage, seconds=20),
        "uploads-full": uploads.full_uploads,
        "models": models.failing_models,
        "unreachable": models.unreachable_models,
        "streams": lambda stage: streams.lost_streams(stage, coaches=6, rounds=12),
        "revoked": lambda stage: streams.revoked_readers(stage, rounds=3),
        "poison": lambda stage: poison.poisoned(stage, bystanders=12),
        "deploy": lambda stage: processes.deployed(stage, rounds=3),
        "clocks": processes.wrong_clocks,
    }


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
