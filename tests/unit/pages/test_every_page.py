"""What holds for every page that a browser of ours opens."""

from __future__ import annotations

from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3] / "layers" / "heraut" / "heraut"
MAILS = HOUSE / "notifications"
HEADS = [
    file
    for file in sorted(HOUSE.rglob("templates/*.*"))
    if MAILS not in file.parents and "<head>" in file.read_text(encoding="utf-8")
]


def test_pages_are_found() -> None:
    """The link's page, the site's, the report."""
    assert len(HEADS) >= 3


@pytest.mark.parametrize("file", HEADS, ids=lambda file: file.name)
def test_no_browser_asks_for_an_icon(file: Path) -> None:
    """A request for `/favicon.ico` would be one more call, answered by an error, for every page opened."""
    assert '<link rel="icon" href="data:,">' in file.read_text(encoding="utf-8")
