"""Sendings, in the Conversations table: `<brand>#sending` / id; `<brand>#receipt` / receipt, which leads to a sending;
`<brand>#way` / `<person>.<way>`.
"""  # noqa: D205 -- one sentence, three keys

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut import due
from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.notifications.sendings import Health, Sending
from heraut.retention import RECEIPT, SENDING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.aws.table import Key, Table
    from heraut.brands import WayName

SHARDS = 1
SHARD = "sending"


class SendingsTable:
    """The port `notifications.sendings.Sendings`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_sending(self, sending: Sending) -> None:
        """Keep a sending, whatever was there."""
        if sending.receipt:
            self._table.transact([self._table.putting(_write(sending)), self._table.putting(_leads_to(sending))])
        else:
            self._table.put(_write(sending))

    def change_sending(self, before: Sending, after: Sending) -> None:
        """Replace a sending. Conflict when it is no longer `before`."""
        writes = [self._table.putting(_write(after), "#revision = :revision", revision=before.revision)]
        if after.receipt and after.receipt != before.receipt:
            writes.append(self._table.putting(_leads_to(after)))
        self._table.transact(writes)

    def sending(self, brand: str, sending: str) -> Sending | None:
        """Read a sending."""
        item = self._table.get(_sending(brand, sending))
        return from_document(Sending, item["document"]) if item else None

    def sending_of(self, brand: str, receipt: str) -> str | None:
        """Give the id of the sending that a receipt was given for; None when it is none of this brand's."""
        item = self._table.get(_receipt(brand, receipt))
        return str(item["sending"]) if item else None

    def sendings(self, brand: str, since: datetime) -> Iterator[Sending]:
        """Give what was sent since, oldest first."""
        asked = {"pk": _sending(brand, "")[0], "first": f"{since:%Y%m%d%H%M%S}", "last": "~"}
        for item in self._table.query("#pk = :pk AND #sk BETWEEN :first AND :last", asked):
            yield from_document(Sending, item["document"])

    def forget_sendings(self, brand: str, sendings: Sequence[str]) -> None:
        """Erase sendings, by id; what is gone already is gone."""
        self._table.delete_many([_sending(brand, one) for one in sendings])

    def due_sendings(self, until: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and id of what is to be tried again, soonest first (an index: it may lag)."""
        condition = f"#{due.SHARD} = :shard AND #{due.AT} <= :until"
        for shard in due.shards_of(SHARD, SHARDS):
            for item in self._table.query(condition, {"shard": shard, "until": until}, index=due.INDEX):
                yield item["brand"], item[SK]

    def health(self, brand: str, person: str, way: WayName) -> Health:
        """Say how a way fares; of one that nobody knows, that nothing failed."""
        item = self._table.get(_health(brand, person, way))
        return from_document(Health, item["document"]) if item else Health(brand=brand, person=person, way=way)

    def save_health(self, health: Health) -> None:
        """Keep how a way fares."""
        self._table.put(_values(_health(health.brand, health.person, health.way), document=document(health)))


def _write(sending: Sending) -> Values:
    values: dict[str, Any] = {"brand": sending.brand, "revision": sending.revision}
    if sending.due_at is not None:
        values |= {due.SHARD: due.shard_of(SHARD, sending.id, SHARDS), due.AT: sending.due_at}
    key = _sending(sending.brand, sending.id)
    return _values(key, document=document(sending), **{EXPIRES: SENDING.forgotten(sending.at)}, **values)


def _leads_to(sending: Sending) -> Values:
    expires = RECEIPT.forgotten(sending.at)
    return _values(_receipt(sending.brand, sending.receipt), sending=sending.id, **{EXPIRES: expires})


def _values(key: Key, **values: Any) -> Values:
    return {PK: key[0], SK: key[1], "schema": SCHEMA, **values}


def _sending(brand: str, sending: str) -> Key:
    return f"{brand}#sending", sending


def _receipt(brand: str, receipt: str) -> Key:
    return f"{brand}#receipt", receipt


def _health(brand: str, person: str, way: WayName) -> Key:
    return f"{brand}#way", f"{person}.{way.value}"
