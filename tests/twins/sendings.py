"""Twin of where sendings are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Conflict
from heraut.notifications.sendings import Health, Sending
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.brands import WayName


class SendingsTwin:
    """Sendings by brand and id, health by brand, person and way."""

    def __init__(self) -> None:
        self._sendings: dict[tuple[str, str], Sending] = {}
        self._receipts: dict[tuple[str, str], str] = {}
        self._health: dict[tuple[str, str, WayName], Health] = {}

    def save_sending(self, sending: Sending) -> None:
        self._sendings[sending.brand, sending.id] = kept(sending)
        if sending.receipt:
            self._receipts[sending.brand, sending.receipt] = sending.id

    def change_sending(self, before: Sending, after: Sending) -> None:
        held = self._sendings.get((before.brand, before.id))
        if held is None or held.revision != before.revision:
            raise Conflict(f"the sending {before.id} moved on")
        self.save_sending(after)

    def sending(self, brand: str, sending: str) -> Sending | None:
        return self._sendings.get((brand, sending))

    def sending_of(self, brand: str, receipt: str) -> str | None:
        return self._receipts.get((brand, receipt))

    def sendings(self, brand: str, since: datetime) -> Iterator[Sending]:
        found = [one for one in self._sendings.values() if one.brand == brand and one.at >= since]
        yield from sorted(found, key=lambda one: one.id)

    def forget_sendings(self, brand: str, sendings: Sequence[str]) -> None:
        for one in sendings:
            self._sendings.pop((brand, one), None)

    def due_sendings(self, until: datetime) -> Iterator[tuple[str, str]]:
        due = [(one.due_at, one) for one in self._sendings.values() if one.due_at is not None and one.due_at <= until]
        for _, one in sorted(due, key=lambda pair: pair[0]):
            yield one.brand, one.id

    def health(self, brand: str, person: str, way: WayName) -> Health:
        return self._health.get((brand, person, way)) or Health(brand=brand, person=person, way=way)

    def save_health(self, health: Health) -> None:
        self._health[health.brand, health.person, health.way] = kept(health)
