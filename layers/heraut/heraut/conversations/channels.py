"""A link that anybody in a channel may press acts for nobody: it asks who they are, and leads to a link of their own.

Who is in the channel is the brand's choice, so that their word is taken; the alert's story keeps whose word it was and
in which channel. It is no more than a word: it never stands for somebody's yes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.brands import Role
from heraut.conversations import alerts
from heraut.conversations.model import What
from heraut.errors import Conflict, TryAgain
from heraut.pages.visit import form_of

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.conversations.store import Conversations
    from heraut.links import Link, Links

STAYS = timedelta(hours=1)  # of the link of whoever came by a channel
TRIES = 5
BUTTON = "when"


def who(body: str, brand: Brand) -> Person | None:
    """Read who somebody says they are; None when the page's form does not say it."""
    return brand.person(form_of(body).get(BUTTON, ""))


def enter(link: Link, person: Person, kept: Conversations, links: Links, now: datetime) -> str:
    """Keep who came by which channel, and give the address of their own link, beside that of the channel.

    TryAgain when the alert changes too often to be written to.
    """
    for _ in range(TRIES):
        alert = kept.alert(link.brand, link.alert or "")
        if alert is None:
            break
        try:
            kept.change(alert, alerts.noted(alert, What.CAME_BY, now, by=person.id, channel=link.person))
        except Conflict:
            continue
        token = tokens.new_token()
        mine = {"hash": tokens.hash_of(token), "person": person.id, "via": link.person, "created_at": now}
        links.save(link.model_copy(update={**mine, "expires_at": min(link.expires_at, now + STAYS)}))
        return token
    raise TryAgain(f"alert {link.alert} of {link.brand}: changed {TRIES} times while somebody came by a channel")


def strict(person: Person, brand: Brand) -> Person:
    """Give whoever came by a channel as the brand's strictest rule has them: what they answer waits for a yes.

    Where nobody's answers are approved, theirs are not either.
    """
    roles = tuple(role for role in person.roles if role is not Role.APPROVAL)
    approved = any(one.answers_approved for one in brand.people)
    return person.model_copy(update={"roles": roles, "answers_approved": approved})
