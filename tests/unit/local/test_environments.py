"""The program that makes the environments: what it refuses, and when it does nothing."""

from __future__ import annotations

import ast
import errno
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.local import environments, run, turn

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCAL = Path(__file__).parents[3] / "infra" / "local"


@pytest.mark.parametrize("name", ["environments.py", "run.py", "turn.py"])
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


@pytest.fixture(name="place")
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project of which only the environment `uv` is to be made."""
    (tmp_path / "uv.txt").write_text("uv==1", encoding="utf-8")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "FOLDERS", {"uv": tmp_path / "uv"})
    monkeypatch.setattr(environments, "LOCKS", {"uv": tmp_path / "uv.txt"})
    monkeypatch.setattr(environments, "TURN", tmp_path / "turn")
    monkeypatch.setattr(environments, "LOG", tmp_path / "install.log")
    return tmp_path


@pytest.fixture(name="commands")
def _commands(monkeypatch: pytest.MonkeyPatch, place: Path) -> list[Sequence[str]]:
    """The commands that would have been run."""
    asked: list[Sequence[str]] = []

    def record(command: Sequence[str], *_: object) -> None:
        asked.append(command)
        (place / "uv").mkdir(exist_ok=True)

    monkeypatch.setattr(environments, "_run", record)
    return asked


def test_an_environment_is_made_once(commands: list[Sequence[str]]) -> None:
    """The second time there is nothing to do."""
    environments.prepare(["uv"])
    made = len(commands)
    environments.prepare(["uv"])

    assert made > 0
    assert len(commands) == made


def test_a_changed_lock_brings_it_up_to_date(commands: list[Sequence[str]], tmp_path: Path) -> None:
    """Whoever pulls a new version gets what it needs."""
    environments.prepare(["uv"])
    made = len(commands)
    (tmp_path / "uv.txt").write_text("uv==2", encoding="utf-8")
    environments.prepare(["uv"])

    assert len(commands) > made
    assert hashlib.sha256(b"uv==2").hexdigest() in (tmp_path / "uv" / ".heraut-stamp").read_text(encoding="utf-8")


def test_what_is_installed_has_its_hash_checked(commands: list[Sequence[str]]) -> None:
    """Also the tool that installs all others."""
    environments.prepare(["uv"])

    assert any("--require-hashes" in command for command in commands)


def script(place: Path, code: str) -> subprocess.Popen[str]:
    """Run code of its own process over the project of a test; `made` is what making an environment does."""
    start = f"""
import sys, time
from pathlib import Path
from infra.local import environments as e
place = Path({str(place)!r})
e.ROOT, e.TURN, e.LOG = place, place / "turn", place / "install.log"
e.FOLDERS, e.LOCKS = {{"uv": place / "uv"}}, {{"uv": place / "uv.txt"}}
def made(target, line):
    with (place / "made").open("a") as out:
        out.write("begin\\n"); out.flush(); time.sleep(0.3); out.write("end\\n")
    target.mkdir(exist_ok=True)
def made_with_company(target, line):
    while len(list(place.glob("here-*"))) < 2: time.sleep(0.01)
    time.sleep(0.5)
    made(target, line)
e._make_with_pip = made
"""
    root = str(LOCAL.parent.parent)
    return subprocess.Popen([sys.executable, "-c", start + code], cwd=root, stdout=subprocess.PIPE, text=True)


def test_two_at_once_make_it_once(place: Path) -> None:
    """One works, the other waits, says so, and finds it done."""
    company = "import os; (place / f'here-{os.getpid()}').touch(); e._make_with_pip = made_with_company\n"
    both = [script(place, company + "e.prepare(['uv'])") for _ in range(2)]
    said = [one.communicate(timeout=30)[0] for one in both]

    assert [one.returncode for one in both] == [0, 0]
    assert (place / "made").read_text(encoding="utf-8").split() == ["begin", "end"]
    assert sum("waiting for it to end" in one for one in said) == 1


def test_a_killed_one_holds_nobody_up(place: Path, commands: list[Sequence[str]]) -> None:
    """Its turn is given back by its death, and what it had begun is made anew."""
    held = script(place, "e._make_with_pip = lambda *_: (print('held', flush=True), time.sleep(60))\ne.prepare(['uv'])")
    assert held.stdout is not None
    while "held" not in (line := held.stdout.readline()):
        assert line, "it ended before it held the turn"
    with pytest.raises(turn.Taken), turn.hold(place / "turn"):
        pass

    held.kill()
    held.communicate(timeout=30)
    environments.prepare(["uv"])

    assert commands


def test_what_is_ready_waits_for_nobody(place: Path, commands: list[Sequence[str]]) -> None:
    """A second `make test` does not wait for an installation that it has no need of."""
    environments.prepare(["uv"])
    made = len(commands)
    with turn.hold(place / "turn"):
        environments.prepare(["uv"])

    assert len(commands) == made


def test_an_installation_is_one_line(commands: list[Sequence[str]], capsys: pytest.CaptureFixture[str]) -> None:
    """What it is, and how long it took; the installers' own output is in a file."""
    environments.prepare(["uv"])

    assert re.fullmatch(
        r"Installing uv, which installs the rest \(1 package into uv\) \.\.\. \d+ s\n", capsys.readouterr().out
    )
    assert commands


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("failed to copy: No space left on device (os error 28)", r"The disk is full \(\d+ MB free.*Make room"),
        ("cause: dns error\ncause: failed to lookup address", r"PyPI\) could not be reached.*Check the network"),
        ("NewConnectionError: Failed to establish a new connection: [Errno -2]", r"PyPI\) could not be reached"),
        ("error: hash mismatch", r"An installation failed"),
    ],
)
def test_a_failed_installation_says_why_and_where_the_rest_is(place: Path, said: str, expected: str) -> None:
    """One sentence a person can act on, and the whole output in a file."""
    line = environments.Line("Installing")
    command = [sys.executable, "-c", f"import sys; print({said!r}); sys.exit(2)"]

    with pytest.raises(environments.Unusable, match=expected) as failed:
        environments._run(command, line)

    assert str(place / "install.log") in str(failed.value)
    assert said in (place / "install.log").read_text(encoding="utf-8")


def test_a_full_disk_is_said_also_where_we_write_ourselves(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback, wherever the room ended."""
    assert place.is_dir()

    def full(_name: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(environments, "ensure", full)

    with pytest.raises(environments.Unusable, match="The disk is full"):
        environments.prepare(["uv"])
