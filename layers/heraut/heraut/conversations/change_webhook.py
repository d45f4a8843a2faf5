"""Change a webhook as it now is: the tick, the reader of events and the command may all do so at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Conflict, TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.conversations.store import Webhooks
    from heraut.conversations.webhook import Webhook

TRIES = 5


def change_webhook(webhook: Webhook, kept: Webhooks, change: Callable[[Webhook], Webhook | None]) -> None:
    """Read it again, change it (None: nothing to change) and write it; TryAgain when others were always first."""
    for _ in range(TRIES):
        now_is = kept.webhook(webhook.brand, webhook.account)
        after = change(now_is) if now_is else None
        if now_is is None or after is None:
            return
        try:
            kept.change_webhook(now_is, after)
        except Conflict:
            continue
        return
    raise TryAgain(f"the webhook of {webhook.brand}/{webhook.account}: changed {TRIES} times")
