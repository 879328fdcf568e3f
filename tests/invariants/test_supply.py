"""What we bring along and did not write: under which licences, which versions, and unchanged."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = re.compile(
    r"^(MIT|MIT-0|ISC|0BSD|BSD|Apache|PSF|Python Software Foundation|Mozilla Public License 2|MPL-2|LGPL-3|"
    r"CNRI-Python|Unlicense|Zlib|HPND|Blue Oak)"
)
"""Beginnings of licences under which a server may use a package."""
ONE_BY_ONE = {
    "djlint": "GPL, a tool that only developers run and that no release carries",
    "qrcode": "BSD; its second classifier is about the name “QR code”, a trademark",
}
OURS = {"journeyloop/vendor/tiktoken/README.md"}
FOLDERS = ("static/fonts", "journeyloop/vendor")


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sbom, audit = _tool("sbom"), _tool("audit")


def test_every_installed_package_has_a_licence_that_we_accept() -> None:
    refused = {}
    for each in distributions():
        name = str(each.metadata["Name"])
        parts = [part for told in sbom.licences(name) for part in re.split(r" OR | AND ", told)]
        if name.lower() not in ONE_BY_ONE and not (parts and all(map(ALLOWED.match, parts))):
            refused[name] = parts

    assert refused == {}


def test_the_bill_of_materials_names_every_pinned_package() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "sbom.py"], capture_output=True, text=True, check=True
    )
    bill: dict[str, Any] = json.loads(done.stdout)
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    listed = {each["purl"]: each for each in bill["components"]}

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert set(listed) == {f"pkg:pypi/{name.lower()}@{version}" for name, version in pinned}
    assert [purl for purl, each in listed.items() if not each["hashes"]] == []
    assert listed[next(purl for purl in listed if "/django@" in purl)]["licenses"]


def test_what_is_brought_along_is_listed_and_unchanged() -> None:
    listed = tomllib.loads((ROOT / "docs" / "brought_along.toml").read_text())
    told = {name: sha256 for part in listed.values() for name, sha256 in part["files"].items()}
    there = {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and str(path.relative_to(ROOT)) not in OURS
    }

    assert there == told
    assert all(part["version"] and part["licence"] for part in listed.values())


@pytest.mark.parametrize(
    ("package", "found"),
    [
        ({"name": "a", "version": "1", "vulns": []}, 0),
        ({"name": "a", "skip_reason": "not found"}, 0),
        ({"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}, 1),
    ],
    ids=["clean", "unknown", "vulnerable"],
)
def test_the_audit_tells_a_fault_from_an_unknown(package: dict[str, Any], found: int) -> None:
    assert len(list(audit._faults(package))) == found


def test_an_exception_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": []}]}
    for year, faults in ((2020, 1), (2999, 0)):
        monkeypatch.setattr(audit, "EXCEPTIONS", {"X-1": audit.date(year, 1, 1)})
        assert len(list(audit._faults(package))) == faults
