"""DynamoDB's own rules of size and units, on the examples its documentation gives and at their edges."""

from __future__ import annotations

from typing import Any

import pytest

from bench.capacity import Index, indexes_of, read_units, size_of, stored_bytes, write_units

KEYS = {"pk": {"S": "b"}, "sk": {"S": "delivery"}}
DUE = Index("due", ("due_shard", "due_at"), frozenset({"state"}))


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({}, 0),
        ({"ab": {"S": "cde"}}, 5),
        ({"é": {"S": "à"}}, 4),
        ({"n": {"N": "0"}}, 2),
        ({"n": {"N": "12"}}, 3),
        ({"n": {"N": "-123"}}, 5),
        ({"n": {"N": "1000"}}, 3),
        ({"n": {"BOOL": True}}, 2),
        ({"n": {"NULL": True}}, 2),
        ({"n": {"L": []}}, 4),
        ({"n": {"L": [{"S": "ab"}]}}, 7),
        ({"n": {"M": {"k": {"S": "ab"}}}}, 8),
        ({"n": {"SS": ["ab", "c"]}}, 4),
        ({"n": {"B": b"abc"}}, 4),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(item: dict[str, Any], size: int) -> None:
    """Names count, text counts in UTF-8, containers add three bytes and one for each member."""
    assert size_of(item) == size


@pytest.mark.parametrize(
    ("sizes", "eventual", "consistent"),
    [([], 0.5, 1), ([4096], 0.5, 1), ([4097], 1, 2), ([2000, 2000], 0.5, 1), ([3000] * 4, 1.5, 3)],
)
def test_a_page_is_rounded_once(sizes: list[int], eventual: float, consistent: float) -> None:
    """All the items of a page together make blocks of 4 KB; nothing found is the smallest read."""
    assert read_units(sizes, consistent=False) == eventual
    assert read_units(sizes, consistent=True) == consistent


@pytest.mark.parametrize(("size", "units"), [(0, 1), (1024, 1), (1025, 2)])
def test_a_write_is_rounded_to_a_kilobyte_and_a_transaction_writes_twice(size: int, units: int) -> None:
    """One unit for each kilobyte begun."""
    assert write_units(size) == units
    assert write_units(size, transaction=True) == 2 * units


def standing(at: str, state: str = "scheduled", **more: Any) -> dict[str, Any]:
    """An item that stands in the index."""
    return {**KEYS, "due_shard": {"S": "0"}, "due_at": {"S": at}, "state": {"S": state}, **more}


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (None, KEYS, 0),
        (None, standing("1"), 1),
        (standing("1"), KEYS, 1),
        (standing("1"), standing("1"), 0),
        (standing("1"), standing("1", text={"S": "not projected"}), 0),
        (standing("1"), standing("1", "sending"), 1),
        (standing("1"), standing("2"), 2),
    ],
)
def test_an_index_is_written_when_what_it_holds_changes(before: Any, after: Any, units: int) -> None:
    """A key that changes is taken out and put in again; what is not projected costs nothing."""
    assert DUE.units(before, after) == units


def test_indexes_are_read_from_the_template() -> None:
    """Keys, projected attributes, or everything."""
    key = [{"AttributeName": "brand", "KeyType": "HASH"}]
    indexes = [
        {"IndexName": "a", "KeySchema": key, "Projection": {"ProjectionType": "ALL"}},
        {"IndexName": "b", "KeySchema": key, "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x"]}},
    ]

    found = indexes_of({"GlobalSecondaryIndexes": indexes})

    assert found == [Index("a", ("brand",), None), Index("b", ("brand",), frozenset({"x"}))]
    assert stored_bytes({**KEYS, "brand": {"S": "b"}}, found) == 3 * 100 + 3 * (2 + 1 + 2 + 8 + 5 + 1)
