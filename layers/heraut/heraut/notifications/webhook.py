"""A program of the team's own: JSON, signed as Standard Webhooks says (https://www.standardwebhooks.com).

`webhook-id` is the message's, the same at every try; `webhook-signature` is `v1,` and the base64 HMAC-SHA256 of
`<id>.<timestamp>.<body>` under the key that stands, in base64, behind `whsec_`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heraut.brands import WayName
from heraut.errors import InvalidInput
from heraut.notifications.hooks import JSON, secret_of
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from heraut.brands import Person
    from heraut.notifications.base import Button, Message
    from heraut.notifications.hooks import Hook

PREFIX = "whsec_"
FEWEST_BYTES = 24  # of a key; the standard's least


@dataclass(frozen=True)
class SignedWebhook:
    """Notifications to a program; `now` tells the time that is signed."""

    secret: Callable[[str, str], Mapping[str, str] | None]
    hook: Hook
    now: Callable[[], datetime]

    def tell(self, person: Person, message: Message) -> None:
        """Post it; raises TryAgain when it may succeed later, InvalidInput when this person cannot be reached so."""
        held = secret_of(WayName.WEBHOOK, person, message, self.secret)
        key = key_of(held.get("secret", ""), person)
        body = json.dumps(form(person, message), ensure_ascii=False).encode()
        self.hook.post(WayName.WEBHOOK, person, held["url"], body, JSON | signed(message.id, self.now(), body, key))


def form(person: Person, message: Message) -> dict[str, Any]:
    """Give the message as JSON: what happened, to whom it is told, and every button with its address."""
    return {
        "type": "message",
        "schema": 1,
        "id": message.id,
        "thread": message.thread,
        "brand": message.brand_id,
        "person": person.id,
        "language": message.language,
        "network": message.network,
        "subject": message.subject,
        "happened": message.happened,
        "lead": message.lead,
        "quote": message.quote,
        "why": message.why,
        "otherwise": message.otherwise,
        "buttons": _buttons(message.buttons),
        "items": [
            {
                "title": one.title,
                "why": one.why,
                "quote": one.quote,
                "buttons": _buttons(one.buttons),
                "rows": [
                    {"mark": row.mark, "text": row.text, "detail": row.detail, "buttons": _buttons(row.buttons)}
                    for row in one.rows
                ],
            }
            for one in message.items
        ],
    }


def signed(name: str, at: datetime, body: bytes, key: bytes) -> dict[str, str]:
    """Give the three headers of a signed request."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}


def key_of(secret: str, person: Person) -> bytes:
    """Read a key as people are given it; InvalidInput (`way_key`) when it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < FEWEST_BYTES:
        raise InvalidInput([problem("way_key", f"people.{person.id}", person=person.name, prefix=PREFIX)])
    return key


def _buttons(buttons: tuple[Button, ...]) -> list[dict[str, str]]:
    return [{"label": one.label, "address": one.address} for one in buttons]
