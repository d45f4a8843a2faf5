"""Give a person the red button: a link of their own to a page that stops their brand's posts, kept as a bookmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.links import BOOKMARK, Action, Link
from heraut.notifications.base import in_words
from heraut.wording import Wording

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands.model import Brand, Person
    from heraut.links import Links
    from heraut.notifications.base import Message, Notifications

wording = Wording(__package__, "give_brake.toml")


def give_brake(
    person: Person, brand: Brand, links: Links, notifications: Notifications, links_url: str, now: datetime
) -> None:
    """Write to the person; the link they had before opens nothing any more.

    Raises InvalidInput when this person cannot be reached, TryAgain when it could not be done now.
    """
    token = tokens.new_token()
    link = Link(
        hash=tokens.hash_of(token),
        brand=brand.id,
        person=person.id,
        action=Action.PAUSE,
        created_at=now,
        expires_at=now + BOOKMARK,
    )
    links.save_only(link)
    notifications.tell(person, message(person, brand, tokens.address(links_url, brand.id, token), link.hash))


def message(person: Person, brand: Brand, address: str, message_id: str) -> Message:
    """Say it in the person's language; `address` is the link's."""
    thread = f"{brand.id}/brake/{person.id}"
    return in_words(
        wording, "brake", person, brand, named=message_id[:32], thread=thread, button=address, person=person.name
    )
