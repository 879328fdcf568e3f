"""What a platform starts: the Procfile, app.json, the locks and the clock hold together."""

import ast
import json
import os
import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

import clock

ROOT = Path(__file__).resolve().parents[2]
OUR_APPS = {"journeyloop", "coaching", "companion", "client_portal"}


def test_the_procfile_names_every_process_and_app_json_starts_them() -> None:
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    formation = json.loads((ROOT / "app.json").read_text())["formation"]

    assert set(processes) == {"release", "web", "worker", "clock"}
    assert set(formation) == {"web", "worker", "clock"}


def test_web_leaves_open_streams_behind_when_it_is_told_to_stop() -> None:
    web = parse_procfile((ROOT / "Procfile").read_text()).processes["web"]

    assert "--timeout-graceful-shutdown 10" in web
    assert "--proxy-headers" in web


def test_app_json_sets_only_variables_that_exist() -> None:
    known = set(re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    configuration = json.loads((ROOT / "app.json").read_text())

    assert set(configuration["env"]) <= known
    assert all(variable["description"] for variable in configuration["env"].values())
    assert [addon["plan"].partition(":")[0] for addon in configuration["addons"]] == [
        "heroku-postgresql",
        "heroku-redis",
    ]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_every_package_by_hash_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=[a-zA-Z0-9])", text.strip())

    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []


def test_the_locks_agree_where_they_overlap() -> None:
    pins = [
        dict(re.findall(r"^([a-zA-Z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    both = set(pins[0]) & set(pins[1])

    assert {name: pins[0][name] for name in both} == {name: pins[1][name] for name in both}


def test_requirements_txt_is_the_production_lock() -> None:
    assert (ROOT / "requirements.txt").read_text() == "-r requirements.lock\n"


def test_the_clock_only_ticks() -> None:
    scheduler = clock.build_scheduler()
    beats = {job.id: job for job in scheduler.get_jobs()}

    assert set(beats) == {"tick", "tidy"}


def test_the_clock_goes_on_after_a_beat_that_failed() -> None:
    def fails(*, now: datetime) -> None:
        raise RuntimeError(f"no luck at {now}")

    clock._guarded("fails", fails)()


def test_the_clock_imports_nothing_that_could_do_work() -> None:
    tree = ast.parse((ROOT / "clock.py").read_text())
    ours = {
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OUR_APPS
        for name in node.names
    }

    assert ours == {
        "companion.scheduling.engine",
        "journeyloop.heartbeats",
        "journeyloop.tenancy.boot.refuse_wrong_role",
    }


def test_web_starts_without_the_model_libraries() -> None:
    libraries = {"pydantic_ai", "anthropic", "openai"}
    script = f"import sys, journeyloop.asgi; print(sorted({libraries} & set(sys.modules)))"
    environment = {"DEBUG": "1", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", **os.environ}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "[]", done.stderr
