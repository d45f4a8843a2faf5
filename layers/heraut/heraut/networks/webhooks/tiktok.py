"""TikTok: `TikTok-Signature: t=<seconds>,s=<hex>`, the HMAC-SHA256 of `<t>.<body>` under the app's client secret.

https://developers.tiktok.com/doc/webhooks-verification: the time is signed, and how old it may be is ours to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Unverified
from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import JSON, Asked, check, check_fresh, field, header, hmac_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest


class TikTok(Asked):
    """`client_secret` is on the app's page."""

    given = ("client_secret",)
    content_types = JSON

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:
        """Open what this key signed within five minutes of now."""
        parts = dict(part.strip().partition("=")[::2] for part in header(request, "tiktok-signature").split(","))
        if not parts.get("t") or not parts.get("s"):
            raise Unverified("no time or no signature in tiktok-signature")
        check(parts["s"], _signed(parts["t"], request.body, secret))
        check_fresh(parts["t"], now)
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """Sign as TikTok does."""
        at = str(int(now.timestamp()))
        return {"tiktok-signature": f"t={at},s={_signed(at, body, secret)}"}


def _signed(at: str, body: bytes, secret: Mapping[str, str]) -> str:
    return hmac_of(field(secret, "client_secret"), at.encode() + b"." + body).hex()


SCHEME = TikTok()
