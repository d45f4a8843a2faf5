"""Ask each person of a brand whether our messages reach them, and see who said so.

The button of the message opens a page; its own button confirms (`publishing/act_on_link.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heraut import links as tokens
from heraut.errors import InvalidInput, TryAgain
from heraut.links import LIFETIME, Action, Link
from heraut.notifications.base import in_words
from heraut.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from heraut.brands.model import Brand, Person
    from heraut.brands.store import Brands
    from heraut.links import Links
    from heraut.notifications.base import Message, Notifications
    from heraut.problems import Problem

wording = Wording(__package__, "check_people.toml")


@dataclass(frozen=True)
class Checked:
    """One person: whether a message left now, what stopped it (`later`: for a while), and when they confirmed."""

    person: Person
    sent: bool = False
    later: bool = False
    problems: tuple[Problem, ...] = ()
    confirmed_at: datetime | None = None


def who_confirmed(brand: Brand, brands: Brands) -> Sequence[Checked]:
    """Show who confirmed, without writing to anybody."""
    confirmed = brands.confirmations(brand.id)
    return [Checked(person, confirmed_at=confirmed.get(person.id)) for person in brand.people]


def check_people(
    brand: Brand,
    *,
    brands: Brands,
    links: Links,
    notifications: Notifications,
    links_url: str,
    now: datetime,
    only: Collection[str] | None = None,
) -> Sequence[Checked]:
    """Write to each person (of `only`, ids, where given) and show who confirmed; one failure stops nobody else."""
    confirmed = brands.confirmations(brand.id)
    asked = [person for person in brand.people if only is None or person.id in only]
    return [_ask(person, brand, links, notifications, links_url, now, confirmed.get(person.id)) for person in asked]


def _ask(
    person: Person,
    brand: Brand,
    links: Links,
    notifications: Notifications,
    links_url: str,
    now: datetime,
    confirmed_at: datetime | None,
) -> Checked:
    token = tokens.new_token()
    link = Link(
        hash=tokens.hash_of(token),
        brand=brand.id,
        person=person.id,
        action=Action.CONFIRM_PERSON,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    try:
        links.save(link)
        notifications.tell(person, message(person, brand, tokens.address(links_url, brand.id, token), link.hash))
    except TryAgain:
        return Checked(person, later=True, confirmed_at=confirmed_at)
    except InvalidInput as unreachable:
        return Checked(person, problems=unreachable.problems, confirmed_at=confirmed_at)
    return Checked(person, sent=True, confirmed_at=confirmed_at)


def message(person: Person, brand: Brand, address: str, message_id: str) -> Message:
    """Say it in the person's language; `address` is the link's."""
    thread = f"{brand.id}/check/{person.id}"
    return in_words(
        wording, "check", person, brand, named=message_id[:32], thread=thread, button=address, person=person.name
    )
