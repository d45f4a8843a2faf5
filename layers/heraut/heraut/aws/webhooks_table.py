"""Webhooks, in the Conversations table: `<brand>#webhook` / account; `<brand>#event` / `<account>#<digest>`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document
from heraut.conversations.webhook import Webhook
from heraut.errors import Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.aws.table import Key, Table


class WebhooksTable:
    """The port `conversations.store.Webhooks`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def webhook(self, brand: str, account: str) -> Webhook | None:
        """Read an account's webhook, None when it has none."""
        item = self._table.get(_webhook(brand, account))
        return from_document(Webhook, item["document"]) if item else None

    def save_webhook(self, webhook: Webhook) -> None:
        """Keep a webhook, whatever was there."""
        self._table.put(_write(webhook))

    def change_webhook(self, before: Webhook, after: Webhook) -> None:
        """Replace a webhook. Conflict when it is no longer `before`."""
        values = {"document": document(after), "after": after.revision, "revision": before.revision}
        done = self._table.update(
            _webhook(after.brand, after.account),
            "SET #document = :document, #revision = :after",
            values,
            "#revision = :revision",
        )
        # The SDK's own retry of a write that arrived finds it done: ours, if it is what we wrote.
        if not done.done and (done.item is None or done.item["document"] != values["document"]):
            raise Conflict(f"the webhook of {after.brand}/{after.account} moved on")

    def is_known(self, brand: str, account: str, digest: str) -> bool:
        """Whether this event came to this account already."""
        return self._table.get(_event(brand, account, digest)) is not None

    def remember(self, brand: str, account: str, digest: str, until: datetime) -> None:
        """Remember, at least until then, that this event came."""
        self._table.put(_values(_event(brand, account, digest), **{EXPIRES: int(until.timestamp())}))


def _write(webhook: Webhook) -> Values:
    return _values(_webhook(webhook.brand, webhook.account), document=document(webhook), revision=webhook.revision)


def _values(key: Key, **values: Any) -> Values:
    return {PK: key[0], SK: key[1], "schema": SCHEMA, **values}


def _webhook(brand: str, account: str) -> Key:
    return f"{brand}#webhook", account


def _event(brand: str, account: str, digest: str) -> Key:
    return f"{brand}#event", f"{account}#{digest}"
