"""Each dependency has its reason in writing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORD = (ROOT / "docs" / "decisions" / "0001-house-and-dependencies.md").read_text(encoding="utf-8")
FILES = ("layers/heraut/requirements.in", "requirements-dev.in")


def named(file: str) -> list[str]:
    """The dependencies that a file names itself."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [re.split(r"[\[=<>~ ]", line)[0] for line in lines if line and not line.startswith(("#", "-r"))]


def explained() -> set[str]:
    """What the first column of the record's tables names."""
    first = re.findall(r"^\| ([^|]+) \|", RECORD, re.MULTILINE)
    return {name.strip() for cell in first for name in re.sub(r"\([^)]*\)", "", cell).split(",")}


@pytest.mark.parametrize("file", FILES)
def test_each_dependency_says_why_it_is_here(file: str) -> None:
    """Nobody wonders in a year whether it may go."""
    names = named(file)
    without = [
        name
        for name in names
        if name not in explained() and not (name.startswith("types-") and "types-*" in explained())
    ]

    assert names
    assert without == []


def test_nothing_is_explained_that_went() -> None:
    """A dependency that was removed leaves the record too."""
    held = {name for file in FILES for name in named(file)} | {"types-*", "dependency"}

    assert explained() - held == set()
