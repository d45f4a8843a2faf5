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


def offered(alert: Alert, interactions: Iterable[Interaction]) -> Mapping[str, Action]:
    """Give what a person may do about an alert, by the label's name, the expected first.

    Answering and hiding only where the network lets them be done from here.
    """
    cannot = set() if answerable(alert) else {Action.REPLY}
    if not any(map(hidable, interactions)):
        cannot.add(Action.HIDE)
    return {name: action for name, action in BUTTONS.items() if action not in cannot}


def answerable(alert: Alert) -> bool:
    """Whether its network can be answered from here; else a person answers there."""
    from heraut.networks.base import ANSWERS  # most ticks of alerts tell nobody

    return alert.network in ANSWERS


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
