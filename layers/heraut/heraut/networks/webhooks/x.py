"""X: a question (CRC) at least daily, and `x-twitter-webhooks-signature`.

https://docs.x.com/x-api/webhooks/introduction: GET `crc_token` wants `{"response_token": "sha256=<base64>"}`, the
token's HMAC-SHA256 under the app's consumer secret; a POST's header has the same form over the raw body.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

from heraut.networks.base import Opened, WebhookAnswer
from heraut.networks.webhooks.signature import JSON, Drawn, check, field, header, hmac_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest


class X(Drawn):
    """`consumer_secret` is on the app's page."""

    given = ("consumer_secret",)
    content_types = JSON

    def challenge(self, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer | None:
        """Sign the token."""
        token = request.query.get("crc_token", "")
        if not token:
            return None
        return WebhookAnswer(json.dumps({"response_token": _signed(token.encode(), secret)}), "application/json")

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Open what this key signed."""
        check(header(request, "x-twitter-webhooks-signature"), _signed(request.body, secret))
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Sign as X does."""
        return {"x-twitter-webhooks-signature": _signed(body, secret)}


def _signed(message: bytes, secret: Mapping[str, str]) -> str:
    return "sha256=" + b64encode(hmac_of(field(secret, "consumer_secret"), message)).decode()


SCHEME = X()
