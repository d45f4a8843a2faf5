"""Slack: `X-Slack-Signature: v0=<hex>`, the HMAC-SHA256 of `v0:<time>:<raw body>`.

https://docs.slack.dev/authentication/verifying-requests-from-slack: the time is in `X-Slack-Request-Timestamp`, and
what is older than five minutes is refused. `url_verification` wants its challenge back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import Asked, check, check_fresh, field, header, hmac_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest


class Slack(Asked):
    """`signing_secret` is on the app's page."""

    given = ("signing_secret",)
    content_types = ("application/json", "application/x-www-form-urlencoded")

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:
        """Open what this key signed within five minutes of now; the question for our address is answered."""
        at = header(request, "x-slack-request-timestamp")
        check(header(request, "x-slack-signature"), _signed(at, request.body, secret))
        check_fresh(at, now)
        asked = _challenge(request.body)
        return Opened(request.body, reply=asked, stored=False) if asked else Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """Sign as Slack does."""
        at = str(int(now.timestamp()))
        return {"x-slack-request-timestamp": at, "x-slack-signature": _signed(at, body, secret)}


def _signed(at: str, body: bytes, secret: Mapping[str, str]) -> str:
    return "v0=" + hmac_of(field(secret, "signing_secret"), b"v0:" + at.encode() + b":" + body).hex()


def _challenge(body: bytes) -> str:
    if b"url_verification" not in body:
        return ""
    try:
        held = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    asked = held.get("challenge") if isinstance(held, dict) and held.get("type") == "url_verification" else None
    return asked if isinstance(asked, str) else ""


SCHEME = Slack()
