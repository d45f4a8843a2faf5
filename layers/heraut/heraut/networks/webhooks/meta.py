"""Meta: Facebook, Instagram, Threads (whose bodies differ; their signature does not).

https://developers.facebook.com/docs/graph-api/webhooks/getting-started: GET with `hub.mode`, `hub.verify_token` and
`hub.challenge`, which is echoed; POST with `X-Hub-Signature-256: sha256=<hex>` of the raw bytes under the app's secret
(Meta signs its own escaped text, so what was parsed and written again has another signature).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from heraut.networks.base import WebhookAnswer
from heraut.networks.webhooks.signature import HexSignature, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.networks.base import WebhookRequest


class Meta(HexSignature):
    """`app_secret` is on the app's settings page, `verify_token` is ours and typed there."""

    def __init__(self) -> None:
        super().__init__("x-hub-signature-256", "sha256=", "app_secret", drawn=False)
        self.drawn = ("verify_token",)

    def challenge(self, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer | None:
        """Echo the challenge of whoever knows our token."""
        token, asked = request.query.get("hub.verify_token", ""), request.query.get("hub.challenge", "")
        known = hmac.compare_digest(token.encode(), field(secret, "verify_token").encode())
        if request.query.get("hub.mode") != "subscribe" or not known or not asked:
            return None
        return WebhookAnswer(asked)


SCHEME = Meta()
