"""What the pages say of the networks is what the adapters declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docs.networks import table
from heraut.brands import NetworkName
from heraut.networks.base import REACH, Lists

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", table.FILES, ids=lambda page: str(page.relative_to(table.ROOT)))
def test_the_table_on_the_page_is_what_the_adapters_declare(page: Path) -> None:
    """Whoever changes an adapter runs `.venv/bin/python docs/networks/table.py --write`."""
    text = page.read_text(encoding="utf-8")

    assert text == table.replaced(text, table.FILES[page])


def test_every_network_is_in_the_table() -> None:
    """A network is not forgotten, and each has a page of its own."""
    described = table.described()

    assert {one.adapter.name for one in described} == set(NetworkName)
    assert {one.page for one in described} == {f"{name}.md" for name in NetworkName}
    assert [one.page for one in described if not (table.ROOT / "docs" / "networks" / one.page).is_file()] == []


def test_who_is_counted_where_is_said_alike_by_adapters_and_for_those_who_plan() -> None:
    """`REACH` is read without loading an adapter; the public page and what goes by hand list nobody."""
    said = {one.adapter.name: one.adapter.reach for one in table.described() if isinstance(one.adapter, Lists)}
    column = table.COLUMNS.index("entries counted from")

    assert said == REACH
    assert set(NetworkName) - set(REACH) == {NetworkName.SITE, NetworkName.BY_HAND}
    assert [row[column] for row in table.rows("")] == [
        "nothing",
        *["comments, likes, reposts, followers (looked up one by one)"] * 3,
        "comments, likes",
        "comments",
        "nothing",
    ]


def test_a_network_that_cannot_be_read_back_says_that_a_person_is_asked() -> None:
    """Nobody should learn it from the first lost answer."""
    columns = table.COLUMNS.index("reads back"), table.COLUMNS.index("when an answer is lost")
    said = {(row[columns[0]], row[columns[1]]) for row in table.rows("")}

    assert ("no", "a person is asked, always") in said
    assert {lost for reads_back, lost in said if reads_back == "no"} == {"a person is asked, always"}


def test_a_page_that_says_something_else_is_seen() -> None:
    """The comparison can fail."""
    page = f"before\n{table.BEGIN}\n| something else |\n{table.END}\nafter\n"

    assert table.replaced(page, "") != page
    with pytest.raises(ValueError, match="networks"):
        table.replaced("no table here", "")
