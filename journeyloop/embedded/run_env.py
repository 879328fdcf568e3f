"""The file `$JL_DATA_DIR/run.env`: what `make run` chose once and keeps, mode 600."""

import base64
import os
import secrets
from pathlib import Path


def load(data_dir: Path) -> dict[str, str]:
    """Read the file; keys that a first start needs are made when they are missing."""
    path = data_dir / "run.env"
    lines = path.read_text().splitlines() if path.exists() else []
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {
        "DEBUG": "1",
        "SECRET_KEY": secrets.token_urlsafe(48),
        # Encrypted fields can only be read with this key: losing the file loses them.
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        **values,
    }


def save(data_dir: Path, values: dict[str, str]) -> None:
    """Write the file in one step, so that a reader beside us never sees half of it."""
    unfinished = data_dir / "run.env.unfinished"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("# Written by `make run`. Settings read it when DATABASE_URL is not set.\n")
        file.writelines(f"{name}={value}\n" for name, value in sorted(values.items()))
    unfinished.replace(data_dir / "run.env")
