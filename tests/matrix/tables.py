"""What moto holds, seen from beside: the state a run begins with, the delivery as it stands, indexes that lag."""

from __future__ import annotations

import copy
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends

from heraut.aws.items import from_document, from_item
from heraut.due import stamp
from heraut.events import Event
from tests.contracts.stack import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS, BRANDS, FILES, PUBLIC = "PostsTable", "BrandsTable", "files", "public"


class Tables:
    """The tables and buckets of the run that is played; `lag` is how far behind the indexes are."""

    def __init__(self) -> None:
        self.lag = timedelta(0)
        self._past: list[tuple[datetime, Any]] = []
        self.keeps_past = False

    def empty(self, now: datetime) -> None:
        """Begin with nothing."""
        self.begin(defaultdict(dict), now)

    def saved(self) -> Any:
        """Give what the Posts table holds, to begin from it again."""
        return copy.deepcopy(self._table.items)

    def begin(self, saved: Any, now: datetime) -> None:
        """Begin from what was saved, with an empty public bucket."""
        self._table.items = copy.deepcopy(saved)
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[PUBLIC].keys.clear()
        self._past = [(now, copy.deepcopy(saved))]

    def written(self, now: datetime) -> None:
        """Remember what the table holds, where an index is going to lag."""
        if self.keeps_past or self.lag:
            self._past.append((now, copy.deepcopy(self._table.items)))

    @contextmanager
    def as_of(self, then: datetime) -> Iterator[None]:
        """Hold what the table held then."""
        table = self._table
        present = table.items
        old = [items for at, items in self._past if at <= then]
        table.items = old[-1] if old else self._past[0][1]
        try:
            yield
        finally:
            table.items = present

    def due(self, until: datetime) -> bool:
        """Whether the due index shows anything until then."""
        last = stamp(until)
        return any(row.attrs["due_at"].value <= last for row in self._rows() if "due_at" in row.attrs)

    def delivery(self) -> dict[str, Any]:
        """Give the delivery's attributes."""
        return from_item(self._delivery().to_json()["Attributes"])

    def state(self) -> str:
        """Give the delivery's state."""
        return str(self._delivery().attrs["state"].value)

    def story(self) -> list[Event]:
        """Give what happened, in order."""
        told = {row.attrs["sk"].value: row.attrs["document"].value for row in self._rows() if _is_event(row)}
        return [from_document(Event, told[key]) for key in sorted(told)]

    def site_objects(self) -> dict[str, bytes]:
        """Give what the public bucket holds."""
        keys = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[PUBLIC].keys
        return {name: key.value for name, key in keys.items()}

    def _delivery(self) -> Any:
        return next(row for row in self._rows() if "state" in row.attrs)

    def _rows(self) -> list[Any]:
        return [item for held in self._table.items.values() for item in held.values()]

    @property
    def _table(self) -> Any:
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[POSTS]


def _is_event(row: Any) -> bool:
    return str(row.attrs["sk"].value).startswith("event#")
