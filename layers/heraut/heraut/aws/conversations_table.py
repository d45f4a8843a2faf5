"""The Conversations table: interactions, the alerts they joined, cursors.

`<brand>#alert#<id>` / `alert` and `said#<when>#<digest>`; `<brand>#known` / `<account>#<digest>` leads from an
interaction to its alert, `<brand>#open` / `<account>#<digest>` from a thread to its open one; `<brand>#cursor` /
account.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut import due
from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.conversations.model import Alert, Interaction
from heraut.due import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from heraut.aws.table import Key, Table

KEPT = timedelta(days=365)  # what people said, after they said it
SHARDS = 1
NEW = "attribute_not_exists(#pk)"
SAME = "#revision = :revision"


class ConversationsTable:
    """The port `conversations.store.Conversations`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def cursor(self, brand: str, account: str) -> str | None:
        """Read where to go on listening, None when it never began."""
        item = self._table.get((f"{brand}#cursor", account))
        return str(item["cursor"]) if item else None

    def save_cursor(self, brand: str, account: str, cursor: str) -> None:
        """Remember where to go on."""
        self._table.put(_values((f"{brand}#cursor", account), cursor=cursor))

    def alert_with(self, brand: str, account: str, interaction: str) -> Alert | None:
        """Give the alert that an interaction joined, open or not; None for one that never came."""
        return self._behind(brand, _known(brand, account, interaction))

    def held(self, brand: str, account: str, interaction: str) -> tuple[Alert, Interaction] | None:
        """Give an interaction with the alert that it joined; None when it never came, or was erased."""
        known = self._table.get(_known(brand, account, interaction))
        alert = self.alert(brand, known["alert"]) if known else None
        if known is None or alert is None or "said" not in known:  # what an earlier release wrote does not tell where
            return None
        item = self._table.get((_alert(brand, alert.id)[0], known["said"]))
        return (alert, from_document(Interaction, item["document"])) if item else None

    def open_alert(self, brand: str, account: str, thread: str) -> Alert | None:
        """Give the open alert of a thread, None when there is none."""
        return self._behind(brand, _open(brand, account, thread))

    def receive(self, interaction: Interaction, before: Alert | None, after: Alert) -> None:
        """Write an interaction with the alert that it opens or joins, in one transaction."""
        brand, forgotten = interaction.brand, _epoch(interaction.at + KEPT)
        known, said = _known(brand, interaction.account, interaction.id), _said(after, interaction)
        writes = [
            self._table.putting(_values(known, alert=after.id, said=said[SK], expires=forgotten), NEW),
            self._table.putting(said),
        ]
        if before is None:
            pointer = _values(_open(brand, after.account, after.thread), alert=after.id)
            writes += [self._table.putting(_write(after), NEW), self._table.putting(pointer, NEW)]
        else:
            writes.append(self._table.putting(_write(after), SAME, revision=before.revision))
        self._table.transact(writes)

    def change(self, before: Alert, after: Alert) -> None:
        """Replace an alert; closed, its thread may open another. Conflict when it is no longer `before`."""
        self._table.transact(self._changing(before, after))

    def rewrite(self, alert: Alert, interaction: Interaction) -> None:
        """Replace what was said, of an alert that it joined. Conflict when it is not there any more."""
        self._table.transact([self._table.putting(_said(alert, interaction), "attribute_exists(#pk)")])

    def erase(self, interaction: Interaction, before: Alert, after: Alert) -> None:
        """Forget what was said, and replace its alert as `change` does; that it came once stays known."""
        said = _said(after, interaction)
        self._table.transact([self._table.deleting((said[PK], said[SK])), *self._changing(before, after)])

    def alert(self, brand: str, alert: str) -> Alert | None:
        """Read an alert."""
        item = self._table.get(_alert(brand, alert))
        return from_document(Alert, item["document"]) if item else None

    def interactions(self, brand: str, alert: str) -> Sequence[Interaction]:
        """Give what joined an alert, oldest first."""
        asked = {"pk": _alert(brand, alert)[0], "prefix": "said#"}
        found = self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", asked)
        return [from_document(Interaction, item["document"]) for item in found]

    def open_alerts(self, brand: str) -> Sequence[Alert]:
        """Give the alerts of a brand that are open, oldest first."""
        pointers = self._table.query("#pk = :pk", {"pk": f"{brand}#open"})
        held = self._table.get_many([_alert(brand, item["alert"]) for item in pointers])
        found = [from_document(Alert, item["document"]) for item in held]
        return sorted(found, key=lambda alert: (alert.opened_at, alert.id))

    def due(self, until: datetime) -> Iterator[tuple[str, str]]:
        """Give brand and id of the alerts to look at, soonest first (an index: it may lag)."""
        condition = f"#{due.SHARD} = :shard AND #{due.AT} <= :until"
        for shard in due.shards_of("alert", SHARDS):
            for item in self._table.query(condition, {"shard": shard, "until": until}, index=due.INDEX):
                yield item["brand"], item["alert"]

    def _changing(self, before: Alert, after: Alert) -> list[TransactWriteItemTypeDef]:
        writes = [self._table.putting(_write(after), SAME, revision=before.revision)]
        if after.closed_at and not before.closed_at:
            pointer = _open(after.brand, after.account, after.thread)
            writes.append(self._table.deleting(pointer, "#alert = :alert", alert=after.id))
        return writes

    def _behind(self, brand: str, pointer: Key) -> Alert | None:
        item = self._table.get(pointer)
        return self.alert(brand, item["alert"]) if item else None


def _write(alert: Alert) -> Values:
    values: dict[str, Any] = {"brand": alert.brand, "alert": alert.id, "revision": alert.revision}
    if alert.due_at is not None:
        values |= {due.SHARD: due.shard_of("alert", alert.id, SHARDS), due.AT: alert.due_at}
    if alert.closed_at is not None:
        values |= {EXPIRES: _epoch(alert.closed_at + KEPT)}
    return _values(_alert(alert.brand, alert.id), document=document(alert), **values)


def _said(alert: Alert, interaction: Interaction) -> Values:
    key = (_alert(alert.brand, alert.id)[0], f"said#{stamp(interaction.at)}#{_digest(interaction.id)}")
    return _values(key, document=document(interaction), expires=_epoch(interaction.at + KEPT))


def _values(key: Key, **values: Any) -> Values:
    return {PK: key[0], SK: key[1], "schema": SCHEMA, **values}


def _alert(brand: str, alert: str) -> Key:
    return f"{brand}#alert#{alert}", "alert"


def _known(brand: str, account: str, interaction: str) -> Key:
    return f"{brand}#known", f"{account}#{_digest(interaction)}"


def _open(brand: str, account: str, thread: str) -> Key:
    return f"{brand}#open", f"{account}#{_digest(thread)}"


def _digest(text: str) -> str:
    """Networks' ids may be long addresses, or hold what a key's parts are told apart by."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _epoch(at: datetime) -> int:
    return int(at.timestamp())
