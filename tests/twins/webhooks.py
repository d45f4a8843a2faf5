"""Twins of the webhooks' store and of what keeps their events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Conflict, TryAgain
from tests.twins.stored import kept

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.conversations.webhook import StoredEvent, Webhook


class WebhooksTwin:
    """Webhooks by brand and account, and the events that came, each with how long it is remembered."""

    def __init__(self) -> None:
        self._webhooks: dict[tuple[str, str], Webhook] = {}
        self.remembered: dict[tuple[str, str, str], datetime] = {}

    def webhook(self, brand: str, account: str) -> Webhook | None:
        return self._webhooks.get((brand, account))

    def save_webhook(self, webhook: Webhook) -> None:
        self._webhooks[webhook.brand, webhook.account] = kept(webhook)

    def change_webhook(self, before: Webhook, after: Webhook) -> None:
        found = self._webhooks.get((after.brand, after.account))
        if found is None or found.revision != before.revision:
            raise Conflict(f"the webhook of {after.brand}/{after.account} moved on")
        self.save_webhook(after)

    def is_known(self, brand: str, account: str, digest: str) -> bool:
        return (brand, account, digest) in self.remembered

    def remember(self, brand: str, account: str, digest: str, until: datetime) -> None:
        self.remembered[brand, account, digest] = until


class EventsTwin:
    """Events in the order they came; `busy` refuses so many."""

    def __init__(self) -> None:
        self.kept: list[StoredEvent] = []
        self.busy = 0

    def keep(self, event: StoredEvent) -> None:
        if self.busy:
            self.busy -= 1
            raise TryAgain("busy")
        self.kept.append(event)
