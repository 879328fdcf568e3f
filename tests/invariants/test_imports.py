"""The floors of the house hold: who may import whom (the contracts are in pyproject.toml)."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]


def test_the_floors_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)

    status = lint_imports(no_cache=True)

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_manage_py_does_nothing_itself() -> None:
    functions = ast.parse((ROOT / "manage.py").read_text())

    assert len((ROOT / "manage.py").read_text().splitlines()) <= 15
    assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in functions.body)
