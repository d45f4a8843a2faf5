"""Everything of one's own: a site's form, an automation, a shop. The specification is Standard Webhooks.

https://github.com/standard-webhooks/standard-webhooks: `webhook-id`, `webhook-timestamp` (seconds) and
`webhook-signature`, one or more `v1,<base64>` between spaces: the HMAC-SHA256 of `<id>.<time>.<raw body>` under the
secret, which is written `whsec_<base64>`. What was signed more than five minutes from now is refused.
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from heraut.errors import Unverified
from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import JSON, Asked, check_fresh, field, header, hmac_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest

PREFIX = "whsec_"


class Signed(Asked):
    """`signing_secret` is ours, and given to whatever sends."""

    given: tuple[str, ...] = ()
    drawn = ("signing_secret",)
    content_types = JSON

    def draw(self) -> Mapping[str, str]:
        """Draw a key of 192 random bits, in the specification's own form."""
        return {"signing_secret": PREFIX + b64encode(secrets.token_bytes(24)).decode()}

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:
        """Open what one of the signatures signs, within five minutes of now; its id names it."""
        name, at = header(request, "webhook-id"), header(request, "webhook-timestamp")
        expected = _signed(name, at, request.body, secret).encode()
        given = header(request, "webhook-signature").split(" ")
        if not any([hmac.compare_digest(one.encode(), expected) for one in given]):  # noqa: C419 -- each is compared
            raise Unverified("wrong signature")
        check_fresh(at, now)
        return Opened(request.body, id=name)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:
        """Sign as the specification says, under an id made of the body."""
        at = str(int(now.timestamp()))
        name = f"msg_{hmac_of(field(secret, 'signing_secret'), body).hex()[:24]}"
        return {
            "webhook-id": name,
            "webhook-timestamp": at,
            "webhook-signature": _signed(name, at, body, secret),
        }


def _signed(name: str, at: str, body: bytes, secret: Mapping[str, str]) -> str:
    try:
        key = b64decode(field(secret, "signing_secret").removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise Unverified("the webhook's signing_secret is not base64: subscribe it again") from None
    return "v1," + b64encode(hmac_of(key, f"{name}.{at}.".encode() + body)).decode()


SCHEME = Signed()
