"""
Ask whether anything that the locks name has a known vulnerability.

Fails for one that no exception below covers. Where the source of advisories cannot be reached, nothing was
learnt: it says so, and only `--strict` makes that a failure.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
EXCEPTIONS: dict[str, date] = {}
"""Advisories that do not touch us, with the day on which somebody looks again."""


def main() -> int:
    """Look at each lock and say what was found."""
    found: list[str] = []
    unknown: list[str] = []
    for lock in LOCKS:
        packages = _audited(lock)
        found += [f"{lock}: {fault}" for package in packages for fault in _faults(package)]
        unknown += [package["name"] for package in packages if "skip_reason" in package]
    for line in found:
        print(line)
    if unknown:
        print(f"Not checked: no advisories could be had for {len(set(unknown))} packages.")
    print(f"{len(found)} known vulnerabilities.")
    return 1 if found or (unknown and "--strict" in sys.argv) else 0


def _audited(lock: str) -> list[dict[str, Any]]:
    with tempfile.NamedTemporaryFile() as answer:
        command = ["-m", "pip_audit", "--requirement", str(ROOT / lock), "--disable-pip", "--no-deps"]
        command += ["--format", "json", "--output", answer.name, "--progress-spinner", "off"]
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
        told = answer.read()
    if not told:  # it gives up as a whole when it gets no connection at all
        print(done.stderr.strip()[-300:])
        return [{"name": lock, "skip_reason": "no answer"}]
    packages: list[dict[str, Any]] = json.loads(told)["dependencies"]
    return packages


def _faults(package: dict[str, Any]) -> Iterable[str]:
    for each in package.get("vulns", ()):
        until = EXCEPTIONS.get(each["id"])
        if until is None or until < date.today():  # noqa: DTZ011 # a day is exact enough
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']} {each['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main())
