"""Everything that is a brand's, wherever it stands: the port `brands.store.Place` over tables, buckets, parameters."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heraut.aws.edge import edge
from heraut.aws.items import PK, SK, Values, plain
from heraut.brands.model import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_ssm import SSMClient

    from heraut.aws.objects import FilesBucket
    from heraut.aws.table import Table

ERASED_AT_ONCE = 10  # names in one DeleteParameters
OF_A_BRAND = "#pk = :brand OR begins_with(#pk, :prefix) OR (#pk = :everything AND #sk = :entry)"


class BrandItems:
    """A table's items whose keys begin with the brand: the whole table is read, once in a client's life."""

    def __init__(self, name: str, table: Table) -> None:
        self.name = name
        self._table = table

    def export(self, brand: str) -> Iterator[tuple[str, bytes]]:
        """Give the items as lines of JSON."""
        lines = [json.dumps(plain(item), ensure_ascii=False, sort_keys=True) for item in self._items(brand)]
        if lines:
            yield "items.jsonl", "\n".join([*lines, ""]).encode()

    def count(self, brand: str) -> int:
        """Say how many there are."""
        return sum(1 for _ in self._items(brand))

    def erase(self, brand: str) -> int:
        """Erase them."""
        keys = [(item[PK], item[SK]) for item in self._items(brand)]
        self._table.delete_many(keys)
        return len(keys)

    def _items(self, brand: str) -> Iterator[Values]:
        wanted = {"brand": brand, "prefix": f"{brand}#", "everything": EVERYTHING, "entry": f"brand#{brand}"}
        return self._table.scan(OF_A_BRAND, wanted)


class BrandFiles:
    """A bucket's files under the brand's prefixes (`media/<brand>/`)."""

    def __init__(self, name: str, files: FilesBucket, prefixes: Sequence[str]) -> None:
        self.name = name
        self._files = files
        self._prefixes = prefixes

    def export(self, brand: str) -> Iterator[tuple[str, bytes]]:
        """Give each file under its key."""
        for key in self._keys(brand):
            yield key, self._files.read(key)

    def count(self, brand: str) -> int:
        """Say how many there are."""
        return sum(1 for _ in self._keys(brand))

    def erase(self, brand: str) -> int:
        """Erase them."""
        keys = list(self._keys(brand))
        for key in keys:
            self._files.remove(key)
        return len(keys)

    def _keys(self, brand: str) -> Iterator[str]:
        for prefix in self._prefixes:
            yield from self._files.keys(f"{prefix}{brand}/")


class BrandSecrets:
    """The brand's parameters: erased, never exported."""

    name = "Secrets"

    def __init__(self, client: SSMClient, path: str) -> None:
        self._client = client
        self._path = path.rstrip("/")

    def export(self, brand: str) -> Iterator[tuple[str, bytes]]:  # noqa: ARG002 -- the port's
        """Give nothing: what opens an account is made anew, and does not lie in a file."""
        return iter(())

    def count(self, brand: str) -> int:
        """Say how many there are."""
        return len(self._names(brand))

    def erase(self, brand: str) -> int:
        """Erase them."""
        names = self._names(brand)
        for start in range(0, len(names), ERASED_AT_ONCE):
            with edge("erase secrets"):
                self._client.delete_parameters(Names=names[start : start + ERASED_AT_ONCE])
        return len(names)

    def _names(self, brand: str) -> list[str]:
        pages = self._client.get_paginator("get_parameters_by_path").paginate(Path=f"{self._path}/{brand}")
        with edge("list secrets"):
            return [held["Name"] for page in pages for held in page["Parameters"]]
