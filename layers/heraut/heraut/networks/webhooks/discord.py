"""Discord: Ed25519 over the time and the raw body, both for interactions and for webhook events.

https://docs.discord.com/developers/events/webhook-events: `X-Signature-Ed25519` (hexadecimal) and
`X-Signature-Timestamp`; a bad one wants 401, and Discord tries us with some. A ping (type 0) wants 204; that of an
interactions address (type 1, no event in it) wants `{"type": 1}`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heraut.errors import Unverified
from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import JSON, Asked, check_fresh, field, header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest


class Discord(Asked):
    """`public_key` is on the application's page; nobody but Discord can sign."""

    given = ("public_key",)
    content_types = JSON

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:
        """Open what Discord signed within five minutes of now; a ping is answered and not kept."""
        at = header(request, "x-signature-timestamp")
        _check(header(request, "x-signature-ed25519"), at.encode() + request.body, field(secret, "public_key"))
        check_fresh(at, now)
        held = _object(request.body)
        if held.get("type") == 0:
            return Opened(request.body, stored=False)
        if held.get("type") == 1 and "event" not in held:
            return Opened(request.body, reply='{"type":1}', stored=False)
        return Opened(request.body)


def _check(signature: str, message: bytes, public_key: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        raise Unverified("wrong signature") from None


def _object(body: bytes) -> dict[str, object]:
    try:
        held = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return held if isinstance(held, dict) else {}


SCHEME = Discord()
