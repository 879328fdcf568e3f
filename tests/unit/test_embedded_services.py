"""The embedded PostgreSQL and Valkey, really started: throw-away ones, and `make run`'s own start and end."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis, RedisError

from journeyloop.embedded import postgres, run_env
from journeyloop.embedded.homes import EmbeddedServicesError, home_for
from journeyloop.embedded.processes import spawn, stop
from journeyloop.embedded.programs import ProgramEndedError, Programs
from journeyloop.embedded.run import check_port
from journeyloop.embedded.services import Services, ephemeral


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with ephemeral(tmp_path_factory.mktemp("services")) as running:
        yield running


@pytest.mark.parametrize("role", ["app", "owner", "system"])
def test_it_gives_every_role_a_sign_in_and_no_way_past_the_walls(services: Services, role: str) -> None:
    with psycopg.connect(getattr(services, f"{role}_url")) as connection:
        rights = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert rights == (f"jl_{role}", False, False, False)


def test_it_lets_only_the_owner_make_tables(services: Services) -> None:
    with psycopg.connect(services.owner_url) as connection:
        connection.execute("CREATE TABLE made_by_owner (id int)")

    with (
        psycopg.connect(services.app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("CREATE TABLE made_by_app (id int)")


def test_it_runs_a_postgresql_that_knows_the_features_we_need(services: Services) -> None:
    with psycopg.connect(services.app_url) as connection:
        version, encoding = connection.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
        ).fetchone() or (0, "")

    assert version >= 150000
    assert encoding == "UTF8"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user to change to")
def test_it_does_not_run_as_root(services: Services) -> None:
    with psycopg.connect(services.superuser_url) as connection:
        pid = (connection.execute("SELECT pg_backend_pid()").fetchone() or (0,))[0]
        owner = Path(f"/proc/{pid}").stat().st_uid

    assert owner != 0


def test_it_opens_nothing_without_the_password(services: Services) -> None:
    without = services.superuser_url.replace(services.superuser_url.split(":")[2].split("@")[0], "wrong")

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(without)
    with (
        pytest.raises(RedisError),
        Redis.from_url(f"redis://{services.redis_url.rpartition('@')[2]}") as store,
    ):
        store.ping()


def test_it_answers_as_redis(services: Services) -> None:
    with Redis.from_url(services.redis_url) as store:
        assert store.ping()


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A directory that goes away, and that services started by root can enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def test_it_keeps_data_and_roles_over_a_restart(open_dir: Path) -> None:
    home = home_for(open_dir, throw_away=True)
    first = postgres.start(home, port=postgres.free_port(), safe=False)
    with psycopg.connect(first.url("jl_owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'yes' AS answer")
    first.stop()

    second = postgres.start(home, port=postgres.free_port(), safe=False)
    try:
        with psycopg.connect(second.url("jl_owner")) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == ("yes",)
    finally:
        second.stop()


def test_it_ends_with_the_process_that_started_it_even_when_that_is_killed(open_dir: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from journeyloop.embedded.services import ephemeral\n"
        "with ephemeral(Path(sys.argv[1])) as running:\n"
        "    print(running.redis_url, running.app_url, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(open_dir)], stdout=subprocess.PIPE, text=True
    )
    with parent:
        urls = parent.stdout.readline().split() if parent.stdout else []
        ports = [int(url.rpartition(":")[2].partition("/")[0]) for url in urls]
        assert len(ports) == 2

        parent.kill()

    for port in ports:
        _wait_until_nobody_listens(port)


def test_it_keeps_what_run_env_holds_and_shows_it_to_nobody_else(tmp_path: Path) -> None:
    first = run_env.load(tmp_path)
    run_env.save(tmp_path, first)

    assert run_env.load(tmp_path) == first
    assert (tmp_path / "run.env").stat().st_mode & 0o777 == 0o600
    assert first["DEBUG"] == "1"
    assert len(first["SECRET_KEY"]) >= 50


def test_it_names_a_free_port_when_the_wished_one_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]

        with pytest.raises(
            EmbeddedServicesError, match=rf"^Port {taken} is taken\. .* PORT=\d+ make run$"
        ) as told:
            check_port(str(taken))

    check_port(str(told.value).partition("PORT=")[2].split()[0])


@pytest.mark.parametrize("word", ["eight", "0", "-1", "65536", "80 00"])
def test_it_knows_what_is_no_port(word: str) -> None:
    with pytest.raises(EmbeddedServicesError, match="is not a port number"):
        check_port(word)


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_it_tells_which_program_ended_with_its_last_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {
        "steady": [sys.executable, "-c", "import time; time.sleep(60)"],
        "brief": [sys.executable, "-c", "print('out of tea'); raise SystemExit(3)"],
    }

    with pytest.raises(ProgramEndedError, match=r"brief process ended with exit code 3[\s\S]*out of tea"):
        _watch(commands, tmp_path)

    assert "brief  | out of tea" in capsys.readouterr().out


def _watch(commands: dict[str, list[str]], directory: Path) -> None:
    with Programs(commands, environment=dict(os.environ), directory=directory) as programs:
        while True:
            programs.watch(seconds=0.2)


def test_it_kills_what_ignores_every_request(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    process = spawn([sys.executable, "-c", deaf], output=subprocess.PIPE, directory=tmp_path)
    with process:
        assert process.stdout is not None
        process.stdout.readline()

        stop(process, (signal.SIGTERM, 0.1))

    assert process.returncode == -signal.SIGKILL


def _wait_until_nobody_listens(port: int) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
    pytest.fail(f"something still listens on port {port}")
