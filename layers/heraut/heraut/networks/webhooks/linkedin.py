"""LinkedIn: a question at the start and every two hours, and `X-LI-Signature`.

https://learn.microsoft.com/linkedin/shared/api-guide/webhook-validation: GET `challengeCode` wants JSON with the code
and `challengeResponse`, its HMAC-SHA256 in hexadecimal under the app's client secret, within three seconds. A POST's
header is the HMAC-SHA256 of `hmacsha256=` followed by the body; some implementations write the prefix into it too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from heraut.networks.base import Opened, WebhookAnswer
from heraut.networks.webhooks.signature import JSON, Drawn, check, field, header, hmac_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest

PREFIX = "hmacsha256="


class LinkedIn(Drawn):
    """`client_secret` is on the app's page."""

    given = ("client_secret",)
    content_types = JSON

    def challenge(self, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer | None:
        """Sign the code."""
        code = request.query.get("challengeCode", "")
        if not code:
            return None
        signed = hmac_of(field(secret, "client_secret"), code.encode()).hex()
        return WebhookAnswer(json.dumps({"challengeCode": code, "challengeResponse": signed}), "application/json")

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Open what this key signed, with the prefix in the header or without."""
        given = header(request, "x-li-signature").lower().removeprefix(PREFIX)
        check(given, _signed(request.body, secret))
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Sign as LinkedIn does."""
        return {"x-li-signature": _signed(body, secret)}


def _signed(body: bytes, secret: Mapping[str, str]) -> str:
    return hmac_of(field(secret, "client_secret"), PREFIX.encode() + body).hex()


SCHEME = LinkedIn()
