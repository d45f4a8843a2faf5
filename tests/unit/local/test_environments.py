"""The program that makes the environments: what it refuses, and when it does nothing."""

from __future__ import annotations

import ast
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.local import environments, run

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCAL = Path(__file__).parents[3] / "infra" / "local"


@pytest.mark.parametrize("name", ["environments.py", "run.py"])
def test_an_old_python_can_read_what_refuses_it(name: str) -> None:
    """A syntax error would be all that its user gets."""
    ast.parse((LOCAL / name).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence: which one is needed, which one this is, how to name another."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(environments.Unusable, match=r"needs Python 3\.11 or later.*make run PYTHON="):
        environments.check_python()


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what would bring it."""
    monkeypatch.setenv("PATH", "")

    with pytest.raises(environments.Unusable, match=r"program `make`.*apt install make"):
        run.check_machine()


@pytest.fixture(name="commands")
def _commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Sequence[str]]:
    """The commands that would have been run, for an environment `uv` in a folder of the test."""
    asked: list[Sequence[str]] = []
    (tmp_path / "uv.txt").write_text("uv==1", encoding="utf-8")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "FOLDERS", {"uv": tmp_path / "uv"})
    monkeypatch.setattr(environments, "LOCKS", {"uv": tmp_path / "uv.txt"})

    def record(command: Sequence[str]) -> None:
        asked.append(command)
        (tmp_path / "uv").mkdir(exist_ok=True)

    monkeypatch.setattr(environments, "_run", record)
    return asked


def test_an_environment_is_made_once(commands: list[Sequence[str]]) -> None:
    """The second time there is nothing to do."""
    environments.ensure("uv")
    made = len(commands)
    environments.ensure("uv")

    assert made > 0
    assert len(commands) == made


def test_a_changed_lock_brings_it_up_to_date(commands: list[Sequence[str]], tmp_path: Path) -> None:
    """Whoever pulls a new version gets what it needs."""
    environments.ensure("uv")
    made = len(commands)
    (tmp_path / "uv.txt").write_text("uv==2", encoding="utf-8")
    environments.ensure("uv")

    assert len(commands) > made
    assert hashlib.sha256(b"uv==2").hexdigest() in (tmp_path / "uv" / ".heraut-stamp").read_text(encoding="utf-8")


def test_what_is_installed_has_its_hash_checked(commands: list[Sequence[str]]) -> None:
    """Also the tool that installs all others."""
    environments.ensure("uv")

    assert any("--require-hashes" in command for command in commands)
