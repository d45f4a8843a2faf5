"""The file of figures keeps what was not measured again, and says where each section comes from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bench.results import load, machine, save

if TYPE_CHECKING:
    from pathlib import Path


def test_one_benchmark_leaves_the_others_figures(tmp_path: Path) -> None:
    """Each has its own commit, date and machine."""
    file = tmp_path / "results.json"
    save("tick", {"items": 10}, 1.26, file)
    save("layer", {"unzipped_mb": 48.7}, 2, file)
    save("tick", {"items": 11}, 1.26, file)

    held = load(file)

    assert {name: one["figures"] for name, one in held.items()} == {
        "tick": {"items": 11},
        "layer": {"unzipped_mb": 48.7},
    }
    assert held["tick"]["seconds"] == 1.3
    assert datetime.fromisoformat(held["tick"]["date"]).tzinfo is not None
    assert len(held["tick"]["commit"]) == 12
    assert held["tick"]["machine"].keys() == machine().keys()


def test_without_a_file_there_are_no_figures(tmp_path: Path) -> None:
    """The first benchmark starts it."""
    assert load(tmp_path / "results.json") == {}
