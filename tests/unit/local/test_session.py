"""How a run of the embedded stack ends."""

from __future__ import annotations

import argparse
import signal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from infra.local import session, stack

if TYPE_CHECKING:
    from pathlib import Path


class Emulator:
    """An emulator that saves at once."""

    endpoint = "http://127.0.0.1:4790"

    process = SimpleNamespace(pid=1)

    def stop(self) -> bool:
        return True


def test_the_next_run_waits_until_what_this_one_unpacked_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Functions are unpacked under `tmp`; whoever starts while it is being emptied would lose theirs."""
    (tmp_path / "tmp" / "function").mkdir(parents=True)
    seen: dict[str, Any] = {}

    def start(_port: int, _folder: Path, **_: object) -> Emulator:
        seen["Started"] = (tmp_path / "tmp").exists(), (tmp_path / "run.json").exists()
        (tmp_path / "tmp" / "layer").mkdir(parents=True)
        return Emulator()

    def say(line: str) -> None:
        seen[line.partition(".")[0]] = (tmp_path / "tmp").exists(), (tmp_path / "run.json").exists()

    monkeypatch.setattr(session, "FOLDER", tmp_path)
    monkeypatch.setattr(session, "RUN", tmp_path / "run.json")
    monkeypatch.setattr(session, "LOCAL", tmp_path / "local.json")
    monkeypatch.setattr(session, "UNSAVED", tmp_path / "unsaved")
    monkeypatch.setattr(session, "say", say)
    monkeypatch.setattr(stack, "start", start)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    with session.emulator(4790):
        pass

    assert seen == {
        "Started": (False, False),  # what a killed run left half cleared away is not used either
        "Stopping, and saving the state ": (True, True),
        "Stopped": (False, True),
    }
    assert not (tmp_path / "run.json").exists()


def test_a_second_run_of_a_checkout_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while the first one is still starting; the sentence says where the first one answers."""
    monkeypatch.setattr(session, "TURN", tmp_path / "run.turn")
    monkeypatch.setattr(session, "RUN", tmp_path / "run.json")

    with session.alone():
        with pytest.raises(stack.StackError, match=r"already runs here\. Stop it with Ctrl-C"):
            session.run("live", 4790)
        session.RUN.write_text('{"pid": 12, "endpoint": "http://127.0.0.1:4790"}', encoding="utf-8")
        with pytest.raises(stack.StackError, match=r"already runs here \(process 12, http://127\.0\.0\.1:4790\)"):
            session.run("live", 4790)


@pytest.fixture(name="state")
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder that a killed run left."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "unsaved").write_text("2026-11-21 09:00:00\n", encoding="utf-8")
    monkeypatch.setattr(session, "FOLDER", tmp_path)
    monkeypatch.setattr(stack, "ROOT", tmp_path)
    monkeypatch.setattr(session, "UNSAVED", state / "unsaved")
    monkeypatch.setattr(session, "TABLES", state / "dynamodb.json")
    monkeypatch.setattr(session, "DEPLOYED", tmp_path / "deployed.json")
    return state


def test_a_killed_run_that_had_deployed_goes_on_from_its_tables(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are seconds old; what went out since is read back before anything leaves."""
    for file in (session.TABLES, session.DEPLOYED):
        file.write_text("{}", encoding="utf-8")

    assert session.was_killed()
    assert state.exists()
    assert "The run started 2026-11-21 09:00:00 was killed. Its queue is as it was saved at" in capsys.readouterr().out


def test_a_killed_run_that_had_deployed_nothing_is_set_aside(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a deployment is of no use; what it left is named."""
    session.TABLES.write_text("{}", encoding="utf-8")

    assert not session.was_killed()
    assert not state.exists()
    assert "killed before it was ready. What it left is in state-set-aside-" in capsys.readouterr().out


def test_a_clean_stop_needs_no_reading_back(state: Path) -> None:
    """Nothing went out since."""
    (state / "unsaved").unlink()

    assert not session.was_killed()


@pytest.mark.parametrize("given", ["99999", "0", "80", "http", "-1", "٤٥٦٦"])
def test_what_is_no_port_is_said_before_anything_starts(given: str) -> None:
    """A slip of a key is a sentence, not a traceback."""
    with pytest.raises(argparse.ArgumentTypeError, match="give one from 1024 to 65535"):
        session.a_port(given)


def test_a_port_is_taken_as_given() -> None:
    """What Makefile passes on."""
    assert session.a_port("4567") == 4567
