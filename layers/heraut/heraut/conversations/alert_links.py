"""Links about alerts, each bound to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.links import LIFETIME, Link

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Person
    from heraut.conversations.model import Alert
    from heraut.links import Action, Links


def alert_link(alert: Alert, action: Action, person: Person, links: Links, links_url: str, now: datetime) -> str:
    """Make a link about an alert, bound to a person, and give its address."""
    token = tokens.new_token()
    links.save(made_link(alert, action, person, token, now))
    return tokens.alert_address(links_url, alert.brand, token)


def made_link(alert: Alert, action: Action, person: Person, token: str, now: datetime) -> Link:
    """Make a link about an alert for a token; whoever calls keeps it."""
    return Link(
        hash=tokens.hash_of(token),
        brand=alert.brand,
        person=person.id,
        action=action,
        alert=alert.id,
        created_at=now,
        expires_at=now + LIFETIME,
    )
