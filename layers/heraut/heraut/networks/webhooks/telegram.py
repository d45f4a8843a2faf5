"""Telegram: `X-Telegram-Bot-Api-Secret-Token` is the `secret_token` that `setWebhook` was given.

https://core.telegram.org/bots/api#setwebhook: 1 to 256 of A-Z a-z 0-9 _ and -; nothing of the body is signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.networks.base import Opened
from heraut.networks.webhooks.signature import JSON, Asked, check, field, header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.networks.base import WebhookRequest

HEADER = "x-telegram-bot-api-secret-token"


class Telegram(Asked):
    """`bot_token` makes the subscription, `secret_token` is ours."""

    given = ("bot_token",)
    drawn = ("secret_token",)
    content_types = JSON

    def verify(self, request: WebhookRequest, secret: Mapping[str, str], now: datetime) -> Opened:  # noqa: ARG002
        """Open what comes from whoever knows our token."""
        check(header(request, HEADER), field(secret, "secret_token"))
        return Opened(request.body)

    def sign(self, body: bytes, secret: Mapping[str, str], now: datetime) -> Mapping[str, str]:  # noqa: ARG002
        """Give the token, as Telegram does."""
        return {HEADER: field(secret, "secret_token")}


SCHEME = Telegram()
