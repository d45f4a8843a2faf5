"""Discourse: `X-Discourse-Event-Signature: sha256=<hex>` of the raw body.

https://github.com/discourse/discourse, app/jobs/regular/emit_web_hook_event.rb; the secret is typed into the webhook's
page (12 characters at least). `X-Discourse-Event` names the event (`post_created`, `ping`), and is not signed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from heraut.networks.webhooks.signature import HexSignature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import Opened, WebhookRequest


class Discourse(HexSignature):
    """`signing_secret` is ours, and typed into the forum."""

    def __init__(self) -> None:
        super().__init__("x-discourse-event-signature", "sha256=", "signing_secret", drawn=True)

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:
        """Open it; a ping only asks whether we are here."""
        kind = request.headers.get("x-discourse-event")
        return replace(super().verify(request, secret, now), kind=kind, stored=kind != "ping")


SCHEME = Discourse()
