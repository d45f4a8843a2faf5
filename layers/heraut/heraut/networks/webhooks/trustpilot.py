"""Trustpilot signs nothing: what it knows is our address, and the password in it.

https://developers.trustpilot.com/webhook-notifications says how a webhook is made; an address with a name and a
password before its host is called with HTTP's basic authentication (RFC 7617). The name is `heraut`.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import JSON, Asked, check, field, header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest

USER = "heraut"


class Trustpilot(Asked):
    """`password` is ours."""

    given: tuple[str, ...] = ()
    drawn = ("password",)
    content_types = JSON

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Open what comes from whoever knows the password."""
        check(header(request, "authorization"), _basic(secret))
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Give the password."""
        return {"authorization": _basic(secret)}


def _basic(secret: Mapping[str, str]) -> str:
    return "Basic " + b64encode(f"{USER}:{field(secret, 'password')}".encode()).decode()


SCHEME = Trustpilot()
