"""Twin of the events' store."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from heraut.errors import Conflict
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.gatherings.running import Gathering


class GatheringsTwin:
    """Events in memory."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._gatherings: dict[tuple[str, str], Gathering] = {}

    def gathering(self, brand: str, name: str) -> Gathering | None:
        return self._gatherings.get((brand, name))

    def add(self, gathering: Gathering) -> None:
        with self._lock:
            if (gathering.brand, gathering.name) in self._gatherings:
                raise Conflict(gathering.name)
            self._gatherings[gathering.brand, gathering.name] = kept(gathering)

    def change(self, before: Gathering, after: Gathering) -> None:
        with self._lock:
            held = self._gatherings.get((before.brand, before.name))
            if held is None or held.revision != before.revision:
                raise Conflict(before.name)
            self._gatherings[before.brand, before.name] = kept(after)

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        found = [(one.due_at, key) for key, one in self._gatherings.items() if one.due_at and one.due_at <= now]
        yield from (key for _, key in sorted(found))
