"""
Write the bill of materials: everything that `requirements.lock` names, as CycloneDX JSON on standard output.

Reads the lock and what is installed, and asks nobody.
"""

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?:.|\n(?![A-Za-z0-9]))*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill() -> dict[str, Any]:
    """List each pinned package with its licence and the hashes of its files."""
    pinned = PINNED.findall((ROOT / "requirements.lock").read_text())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "journeyloop"}},
        "components": [_component(name, version, HASH.findall(rest)) for name, version, rest in pinned],
    }


def _component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    key = f"pkg:pypi/{name.lower()}@{version}"
    return {
        "type": "library",
        "bom-ref": key,
        "name": name,
        "version": version,
        "purl": key,
        "hashes": [{"alg": "SHA-256", "content": each} for each in hashes],
        "licenses": [{"license": {"name": each}} for each in licences(name)],
    }


def licences(name: str) -> list[str]:
    """Read what a package says of itself: an expression, else classifiers, else the first line of a text."""
    try:
        found: Distribution = distribution(name)
    except PackageNotFoundError:  # pinned for another system
        return []
    told = found.metadata
    classifiers = [each for each in told.get_all("Classifier") or () if each.startswith("License ::")]
    classified = [each.rpartition(" :: ")[2] for each in classifiers]
    expression = told.get("License-Expression")
    first = (told.get("License") or "").strip().partition("\n")[0]
    return [expression] if expression else classified or ([first] if first else [])


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
