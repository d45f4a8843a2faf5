"""One name everywhere: folder, resource, use case, events and test of a function."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FEATURES = ("brands", "publishing", "conversations", "mornings", "contests", "gatherings")
FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir() if (folder / "app.py").exists())


def test_there_are_functions() -> None:
    """The parametrised tests below look at something."""
    assert len(FUNCTIONS) == 17


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_one_name_everywhere(name: str) -> None:
    """`functions/publish_post` → `publishing/publish_post.py` → `events/publish_post/` → its test."""
    house = ROOT / "layers" / "heraut" / "heraut"
    template = (ROOT / "infra" / "template.yaml").read_text(encoding="utf-8")
    resource = "".join(part.capitalize() for part in name.split("_")) + "Function"

    assert [feature for feature in FEATURES if (house / feature / f"{name}.py").exists()]
    assert f"  {resource}:" in template
    assert list((ROOT / "events" / name).glob("*.json"))
    assert (ROOT / "tests" / "functions" / f"test_{name}.py").exists()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_folder_holds_only_its_handler(name: str) -> None:
    """Parse, bootstrap, one call: 40 lines at most, and nothing beside."""
    folder = ROOT / "functions" / name
    lines = [line for line in (folder / "app.py").read_text(encoding="utf-8").splitlines() if line.strip()]

    assert [file.name for file in folder.iterdir() if file.name != "__pycache__"] == ["app.py"]
    assert len(lines) <= 40
