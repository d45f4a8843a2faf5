"""Links about alerts, each bound to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.conversations.hiding import hidable
from heraut.links import LIFETIME, Action, Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from heraut.brands import Person
    from heraut.conversations.model import Alert, Interaction
    from heraut.links import Links

BUTTONS = {
    "reply": Action.REPLY,
    "take": Action.TAKE_ALERT,
    "hand_over": Action.HAND_OVER_ALERT,
    "hide": Action.HIDE,
    "close": Action.CLOSE_ALERT,
}


def offered(interactions: Iterable[Interaction]) -> Mapping[str, Action]:
    """Give what a person may do about an alert, by the label's name, the expected first; hiding where it can be."""
    hides = any(map(hidable, interactions))
    return {name: action for name, action in BUTTONS.items() if hides or action is not Action.HIDE}


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
