"""YouTube tells of new and changed videos by WebSub.

https://www.w3.org/TR/websub/ and https://developers.google.com/youtube/v3/guides/push_notifications: the hub asks with
`hub.mode`, `hub.topic` and `hub.challenge`, which is echoed when the topic is the one subscribed to; a POST is Atom
with `X-Hub-Signature: <method>=<hex>` under `hub.secret` (Google's hub writes sha1). A lease ends, and is renewed.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from heraut.errors import Unverified
from heraut.networks.base import Opened, WebhookAnswer
from heraut.networks.webhooks.signature import Drawn, check, field, header, hmac_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest

METHODS = ("sha1", "sha256", "sha384", "sha512")
TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="


class YouTube(Drawn):
    """`channel_id` says whose videos, `hub_secret` is ours."""

    given = ("channel_id",)
    drawn = ("hub_secret",)
    content_types = ("application/atom+xml",)

    def challenge(self, request: WebhookRequest, secret: Mapping[str, str]) -> WebhookAnswer | None:
        """Say yes to a subscription of ours; what asks to end one is somebody else."""
        asked, topic = request.query.get("hub.challenge", ""), request.query.get("hub.topic", "")
        ours = hmac.compare_digest(topic.encode(), (TOPIC + field(secret, "channel_id")).encode())
        return WebhookAnswer(asked) if asked and ours and request.query.get("hub.mode") == "subscribe" else None

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Open what the hub signed, by whichever method it chose."""
        method, _, given = header(request, "x-hub-signature").partition("=")
        if method.lower() not in METHODS:
            raise Unverified("an unknown method of signature")
        check(given.lower(), hmac_of(field(secret, "hub_secret"), request.body, method.lower()).hex())
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Sign as Google's hub does."""
        return {"x-hub-signature": "sha1=" + hmac_of(field(secret, "hub_secret"), body, "sha1").hex()}


SCHEME = YouTube()
