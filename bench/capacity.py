"""What DynamoDB charges, by its documented rules: item sizes, read units, write units of a table and of its indexes.

Sizes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Units: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
Indexes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html (provisioned throughput)

Emulators answer with capacity figures of their own making, so none of theirs is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

READ_BYTES, WRITE_BYTES = 4096, 1024
STORED_OVERHEAD = 100  # bytes DynamoDB adds to each stored item and index entry
PAGE_BYTES = 1024 * 1024  # a Query stops there
Item = dict[str, Any]  # attribute name -> {"S": "..."} and so on, as it travels


def size_of(item: Mapping[str, Any]) -> int:
    """Give the bytes of an item: names and values."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def read_units(sizes: Iterable[int], *, consistent: bool) -> float:
    """Give the units of one Query page: all its items together, rounded up; an empty one costs the smallest read."""
    blocks = max(1, math.ceil(sum(sizes) / READ_BYTES))
    return float(blocks if consistent else blocks / 2)


def write_units(size: int, *, transaction: bool = False) -> int:
    """Give the units of writing one item of that size; a transaction writes everything twice."""
    return max(1, math.ceil(size / WRITE_BYTES)) * (2 if transaction else 1)


@dataclass(frozen=True)
class Index:
    """A global secondary index: its key, and what it projects beside the keys (None: everything)."""

    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None

    def entry(self, item: Mapping[str, Any] | None, table_keys: tuple[str, ...] = ("pk", "sk")) -> Item | None:
        """Give what the index holds of an item; None when the item does not stand in it."""
        if item is None or any(key not in item for key in self.keys):
            return None
        if self.projected is None:
            return dict(item)
        kept = self.projected | set(self.keys) | set(table_keys)
        return {name: value for name, value in item.items() if name in kept}

    def units(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> int:
        """Give the write units that a change of an item costs this index; index writes are never transactional."""
        old, new = self.entry(before), self.entry(after)
        if old == new:
            return 0
        if old is None or new is None:
            return write_units(size_of(old or new or {}))
        if any(old[key] != new[key] for key in self.keys):
            return write_units(size_of(old)) + write_units(size_of(new))  # taken out there, put in here
        return write_units(max(size_of(old), size_of(new)))


def indexes_of(properties: Mapping[str, Any]) -> list[Index]:
    """Read the indexes of a table's properties in the template."""
    return [
        Index(
            one["IndexName"],
            tuple(key["AttributeName"] for key in one["KeySchema"]),
            None
            if one["Projection"]["ProjectionType"] == "ALL"
            else frozenset(one["Projection"].get("NonKeyAttributes", ())),
        )
        for one in properties.get("GlobalSecondaryIndexes", ())
    ]


def stored_bytes(item: Mapping[str, Any], indexes: Iterable[Index]) -> int:
    """Give what an item takes, in the table and in each index, with DynamoDB's own overhead."""
    entries = [item, *(entry for index in indexes if (entry := index.entry(item)) is not None)]
    return sum(size_of(entry) + STORED_OVERHEAD for entry in entries)


def _value(value: Mapping[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "N":
            return _number(held)
        case "NULL" | "BOOL":
            return 1
        case "L":
            return 3 + sum(1 + _value(one) for one in held)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value(one) for name, one in held.items())
        case "SS" | "NS" | "BS":
            return sum(_value({kind[0]: one}) for one in held)
    return len(held.encode() if kind == "S" else held)


def _number(text: str) -> int:
    """A byte for two significant digits, and one more; one more again for a minus."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return math.ceil(len(digits) / 2) + 1 + text.startswith("-")
