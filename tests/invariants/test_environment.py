"""The environment is one list, told in three places, and every dangerous gap in it is refused at start."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests.invariants.classified import assert_classified

ROOT = Path(__file__).resolve().parents[2]
SOMEWHERE = "postgresql://app:secret@127.0.0.1:1/nothing"
PRODUCTION = {
    "DATABASE_URL": SOMEWHERE,
    "DATABASE_OWNER_URL": SOMEWHERE.replace("app", "owner"),
    "DATABASE_SYSTEM_URL": SOMEWHERE.replace("app", "system"),
    "SECRET_KEY": "k" * 50,
    "FIELD_ENCRYPTION_KEYS": "k" * 32,
    "ALLOWED_HOSTS": "coach.example.org",
    "EMAIL_URL": "consolemail://",
}
READS = re.compile(
    r"""(?:\benv\.\w+|\bdatabase|environ\.get)\(\s*"([A-Z][A-Z0-9_]+)"|environ\["([A-Z0-9_]+)"\]"""
)


def test_settings_example_and_documentation_name_the_same_variables() -> None:
    example = set(re.findall(r"^([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    documented = set(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \|", _text("docs/operating.md"), re.MULTILINE))
    code = _text("journeyloop/settings.py") + _text("journeyloop/embedded/run.py")
    read = {first or second for first, second in READS.findall(code)}
    read |= set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", _text("Procfile")))

    where = "all three of .env.example, docs/operating.md and the settings"
    assert_classified(read, [example], what="settings", where=where)
    assert_classified(read, [documented], what="settings", where=where)


def test_every_variable_of_the_example_has_a_comment_above_it() -> None:
    lines = _text(".env.example").splitlines()
    bare = [line for above, line in pairwise(lines) if "=" in line and above[:1] != "#"]

    assert [line for line in bare if not line.startswith("#")] == []


def test_nothing_but_settings_and_the_launcher_reads_the_environment() -> None:
    # The counter asks for a variable of tiktoken's own, which the settings set.
    allowed = {"journeyloop/settings.py", "journeyloop/asgi.py", "companion/engine/tokens.py"}
    readers = [
        str(path.relative_to(ROOT))
        for app in ("journeyloop", "coaching", "companion", "client_portal")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    ]

    assert [path for path in readers if path not in allowed and "journeyloop/embedded/" not in path] == []


def test_it_tells_both_ways_when_there_is_no_database(tmp_path: Path) -> None:
    answer = _settings({"JL_DATA_DIR": str(tmp_path)})

    assert "ImproperlyConfigured" in answer
    assert "make run" in answer
    assert "set DATABASE_URL" in answer


def test_it_reads_run_env_only_without_a_database_url(tmp_path: Path) -> None:
    (tmp_path / "run.env").write_text(f"DATABASE_URL={SOMEWHERE}\nDEBUG=1\nSECRET_KEY=from-the-file\n")
    script = "print(settings.SECRET_KEY, settings.DEBUG)"

    assert _settings({"JL_DATA_DIR": str(tmp_path)}, script) == "from-the-file True"
    assert _settings({**PRODUCTION, "JL_DATA_DIR": str(tmp_path)}, script) == f"{'k' * 50} False"


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "FIELD_ENCRYPTION_KEYS",
        "ALLOWED_HOSTS",
        "EMAIL_URL",
        "DATABASE_OWNER_URL",
        "DATABASE_SYSTEM_URL",
    ],
)
def test_production_refuses_to_start_without(name: str) -> None:
    answer = _settings({key: value for key, value in PRODUCTION.items() if key != name})

    assert f"Production needs {name};" in answer


def test_production_refuses_a_short_key() -> None:
    answer = _settings({**PRODUCTION, "SECRET_KEY": "short"})

    assert "SECRET_KEY has 5 characters" in answer


def test_production_refuses_every_host_and_accepts_one_role_only_when_told() -> None:
    one_role = {
        key: value for key, value in PRODUCTION.items() if key[:9] != "DATABASE_" or key == "DATABASE_URL"
    }

    assert "ALLOWED_HOSTS=*" in _settings({**PRODUCTION, "ALLOWED_HOSTS": "*"})
    assert _settings({**one_role, "TENANCY_SINGLE_ROLE": "1"}) == ""


def test_a_transcriber_of_ones_own_needs_an_address() -> None:
    own = {**PRODUCTION, "TRANSCRIBER": "own:whisper-large"}

    assert "needs the address of your server" in _settings(own)
    assert _settings({**own, "TRANSCRIBER_BASE_URL": "http://10.0.0.2:9000/v1"}) == ""


def test_it_encrypts_to_a_database_elsewhere_and_keeps_the_urls_own_options() -> None:
    script = "print(settings.DATABASES['default']['OPTIONS'].get('sslmode'))"
    elsewhere = SOMEWHERE.replace("127.0.0.1", "db.example.org")

    assert _settings({**PRODUCTION, "DATABASE_URL": SOMEWHERE}, script) == "None"
    assert _settings({**PRODUCTION, "DATABASE_URL": elsewhere}, script) == "require"
    assert (
        _settings({**PRODUCTION, "DATABASE_URL": f"{elsewhere}?sslmode=verify-full"}, script) == "verify-full"
    )


def test_it_takes_a_redis_with_a_self_signed_certificate() -> None:
    script = "import redis; redis.Redis(**settings.EVENTSTREAM_REDIS); print(settings.EVENTSTREAM_REDIS)"
    answer = _settings({**PRODUCTION, "REDIS_URL": "rediss://:secret@kv.example.org:6380/0"}, script)

    assert "'ssl': True" in answer
    assert "'ssl_cert_reqs': 'none'" in answer


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("postmark://the-token", "anymail.backends.postmark.EmailBackend the-token"),
        (
            "smtp+tls://me:secret@mail.example.org:587",
            "django.core.mail.backends.smtp.EmailBackend mail.example.org",
        ),
    ],
)
def test_it_sends_mail_through_a_provider_or_a_server(url: str, backend: str) -> None:
    key = "getattr(settings, 'ANYMAIL', {}).get('POSTMARK_SERVER_TOKEN') or settings.EMAIL_HOST"

    assert _settings({**PRODUCTION, "EMAIL_URL": url}, f"print(settings.EMAIL_BACKEND, {key})") == backend


def _settings(environment: dict[str, str], script: str = "") -> str:
    """Load the settings in a process of their own with nothing else set, and return what it says."""
    command = [sys.executable, "-c", f"from journeyloop import settings\n{script}"]
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env={**path, **environment}, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def _text(name: str) -> str:
    return (ROOT / name).read_text()
