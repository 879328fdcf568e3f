"""Every process refuses, at its start, a database role that row-level security does not bind."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests import database
from tests.processes import running

PATIENCE_SECONDS = 30
IN_A_LOOP = """
import asyncio
async def start(): import journeyloop.asgi
asyncio.run(start())
"""
"""How each of several web processes begins: `WEB_CONCURRENCY=2`."""
PROCESSES = {
    "web": ["-m", "uvicorn", "journeyloop.asgi:application", "--port", "0"],
    "in a loop": ["-c", IN_A_LOOP],
    "worker": ["manage.py", "work"],
    "clock": ["clock.py"],
}
WRONG = [("web", "owner"), ("in a loop", "owner"), ("worker", "superuser"), ("clock", "owner")]
UNBOUND = {
    "jl_test_member": "IN ROLE jl_owner",
    "jl_test_bypassing": "BYPASSRLS",
}


@pytest.fixture(scope="module", autouse=True)
def _unbound_roles(django_db_setup: None) -> Iterator[None]:
    with psycopg.connect(os.environ["JL_TEST_SUPERUSER_URL"], autocommit=True) as superuser:
        for role, rights in UNBOUND.items():
            superuser.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'unbound' {rights}")
            superuser.execute(sql.SQL("GRANT jl_app TO {}").format(sql.Identifier(role)))
        yield
        for role in UNBOUND:
            superuser.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def address_of(role: str) -> str:
    """Build the address of the test database for a role."""
    if role == "superuser":
        return os.environ["JL_TEST_SUPERUSER_URL"]
    urls = database.urls()
    if role == "owner":
        return urls["DATABASE_OWNER_URL"]
    return f"postgresql://{role}:unbound@{urls['DATABASE_URL'].partition('@')[2]}"


@pytest.mark.parametrize(("name", "role"), WRONG)
def test_it_refuses_a_role_that_sees_every_practice(name: str, role: str, tmp_path: Path) -> None:
    with running(name, PROCESSES[name], tmp_path, environment={"DATABASE_URL": address_of(role)}) as process:
        exit_code = process.popen.wait(PATIENCE_SECONDS)

    assert exit_code != 0
    assert "PostgreSQL would not keep practices apart" in process.log
    assert "DATABASE_OWNER_URL" in process.log


@pytest.mark.parametrize("role", UNBOUND)
def test_it_refuses_a_role_that_only_borrows_such_rights(role: str, tmp_path: Path) -> None:
    environment = {"DATABASE_URL": address_of(role)}
    with running("web", ["-c", "import journeyloop.asgi"], tmp_path, environment=environment) as process:
        exit_code = process.popen.wait(PATIENCE_SECONDS)

    assert exit_code != 0
    assert "PostgreSQL would not keep practices apart" in process.log


def test_it_warns_when_the_operator_accepts_one_role(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": address_of("owner"), "TENANCY_SINGLE_ROLE": "1"}
    with running("web", ["-c", "import journeyloop.asgi"], tmp_path, environment=environment) as process:
        exit_code = process.popen.wait(PATIENCE_SECONDS)

    assert exit_code == 0
    assert "tenancy.single_role" in process.log


@pytest.mark.parametrize("program", ["import journeyloop.asgi", IN_A_LOOP])
def test_the_right_role_is_let_through(program: str, tmp_path: Path) -> None:
    with running("web", ["-c", program], tmp_path) as process:
        exit_code = process.popen.wait(PATIENCE_SECONDS)

    assert (exit_code, "tenancy" in process.log) == (0, False)
