"""The looks ahead of `check_upcoming`, in the Posts table: `<brand>#upcoming` / `<post>@<account>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, document, from_document
from heraut.publishing.upcoming import Look
from heraut.retention import LOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.aws.table import Table


class LooksTable:
    """The port `publishing.store.Looks`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def looks(self, brand: str) -> Sequence[Look]:
        """Give the last look at each delivery of a brand, consistently, by post and account."""
        found = self._table.query("#pk = :pk", {"pk": _pk(brand)})
        return [from_document(Look, item["document"]) for item in found]

    def save_look(self, brand: str, look: Look) -> None:
        """Remember a look instead of the one before at the same delivery."""
        forgotten = LOOK.forgotten(look.publish_at)
        held = {"schema": SCHEMA, "document": document(look), EXPIRES: forgotten}
        self._table.put({PK: _pk(brand), SK: look.id, **held})


def _pk(brand: str) -> str:
    return f"{brand}#upcoming"
