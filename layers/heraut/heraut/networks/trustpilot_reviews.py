"""Reviews as Trustpilot's webhook brings them: written, changed and taken away, with their stars.

https://support.trustpilot.com/hc/en-us/community/posts/10109980750738-How-to-set-up-Trustpilot-Webhooks shows a body
(read 2026-11-21): `events`, each with `eventName` and `eventData`. Reviews of the service are read; those of products
have another form, and are left out. A review's new stars do not replace those it came with: its text does.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heraut.conversations.model import Author, Edited, Erased, Interaction, Kind
from heraut.errors import Unreadable
from heraut.networks.base import Brought

if TYPE_CHECKING:
    from heraut.brands import Account
    from heraut.networks.base import WebhookEvent

CREATED, UPDATED, DELETED = (f"service-review-{what}" for what in ("created", "updated", "deleted"))
REVIEWS = "https://www.trustpilot.com/reviews/"


def read_reviews(brand: str, account: Account, event: WebhookEvent) -> Brought:
    """Read an event; Unreadable when it is none of Trustpilot's."""
    try:
        told = [(one["eventName"], one["eventData"]) for one in json.loads(event.body)["events"]]
        return Brought(
            interactions=tuple(_review(brand, account, held) for name, held in told if name == CREATED),
            edits=tuple(Edited(id=held["id"], text=_text(held), at=event.at) for name, held in told if name == UPDATED),
            erased=tuple(Erased(id=held["id"], at=event.at) for name, held in told if name == DELETED),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable(f"a review of Trustpilot ({type(error).__name__})") from None


def _review(brand: str, account: Account, held: dict[str, Any]) -> Interaction:
    name, who = held["id"], held["consumer"]
    return Interaction(
        brand=brand,
        account=account.name,
        network=account.network,
        id=name,
        kind=Kind.REVIEW,
        author=Author(id=who["id"], name=who.get("name") or "?"),
        text=_text(held),
        language=held.get("language"),
        thread=name,
        at=datetime.fromisoformat(held["createdAt"]),
        url=f"{REVIEWS}{name}",
        stars=held["stars"],
    )


def _text(held: dict[str, Any]) -> str:
    return "\n\n".join(part for part in (held.get("title"), held.get("text")) if part)
