"""Send each person of each brand whose morning it is one message: what leaves, what would fail, who waits.

Once a person and local day: whoever is told is written down first, conditionally, so that nothing is ever sent twice; a
way that is closed for a while is tried again by the next hour.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import Role
from heraut.errors import HerautError, InvalidInput
from heraut.mornings.message import Section, message, quiet
from heraut.mornings.morning import morning_of

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.brands import Brand, Brands, Person
    from heraut.mornings.morning import Morning
    from heraut.mornings.store import Posts, ReadsPosts, ReadsTalk, Talk
    from heraut.notifications.base import Listing, Message, Notifications

log = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=36)  # longer than any day, shorter than until the same one comes again


@dataclass(frozen=True)
class Sending:
    """What the morning point needs of the world."""

    brands: Brands
    posts: ReadsPosts
    talk: ReadsTalk
    notifications: Notifications


@dataclass
class Sent:
    """For how many brands it was morning, how many messages left, who had nothing to hear, and who is tried again."""

    brands: int = 0
    messages: int = 0
    silent: int = 0
    later: int = 0


def send_morning_point(world: Sending, now: datetime) -> Sent:
    """Tell everybody whose morning it is; what goes wrong for one is tried again within hours and stops no other."""
    sent = Sent()
    for brand in world.brands.every_brand():
        morning = morning_of(brand, now)
        if morning is not None:
            sent.brands += 1
            _of_brand(brand, morning, world, now, sent)
    return sent


def _of_brand(brand: Brand, morning: Morning, world: Sending, now: datetime, sent: Sent) -> None:
    readers: list[_Reader] = []  # one a brand, and only where somebody was not told yet
    for person in brand.people:
        turn, until = f"morning#{morning.day.isoformat()}#{person.id}", now + REMEMBERED
        try:
            if not world.brands.take_turn(brand.id, turn, now, until):
                continue
        except HerautError as error:
            log.warning("whether %s/%s was told is not known now: %s", brand.id, person.id, type(error).__name__)
            sent.later += 1
            continue
        try:
            readers = readers or [_Reader(brand, morning, world, now)]
            told = readers[0].message(person)
            if told is None:
                sent.silent += 1
            else:
                world.notifications.tell(person, told)
                sent.messages += 1
        except InvalidInput as unreachable:
            log.warning("%s/%s cannot be reached: %s", brand.id, person.id, unreachable)
        except HerautError as error:
            log.warning("%s/%s is told later: %s", brand.id, person.id, type(error).__name__)
            sent.later += 1
            _give_back(brand, turn, until, world, now)


def _give_back(brand: Brand, turn: str, until: datetime, world: Sending, now: datetime) -> None:
    """Let the next run tell; where that cannot be written nobody is told twice, and this one not today."""
    try:
        world.brands.end_turn(brand.id, turn, until, now)
    except HerautError as error:
        log.warning("%s of %s stays taken: %s", turn, brand.id, type(error).__name__)


class _Reader:
    """What is read of one brand, and what of it is said to whom."""

    def __init__(self, brand: Brand, morning: Morning, world: Sending, now: datetime) -> None:
        self._brand, self._morning, self._now = brand, morning, now
        self._posts = world.posts.of(brand, now, morning.until)
        self._talk = world.talk.of(brand, now, morning.since, morning.begins)

    def message(self, person: Person) -> Message | None:
        """Give what a person hears; None: nothing, and it is not the week's first morning either."""
        found = {section: listing for section, listing in self._listings(person).items() if listing.count}
        if found:
            return message(found, self._brand, person, self._morning, self._now)
        if self._morning.new_week and self._hears(person):
            return quiet(self._brand, person, self._morning, self._now)
        return None

    def _listings(self, person: Person) -> dict[Section, Listing]:
        posts: Posts = self._posts
        talk: Talk = self._talk
        return {
            Section.RISKS: posts.risks(person),
            Section.DECISIONS: posts.decisions(person),
            Section.WAITING: talk.waiting(person),
            Section.LEAVING: posts.leaving(person),
            Section.WEBHOOKS: talk.webhooks(person),
            Section.ANSWERS: talk.answers(person),
        }

    def _hears(self, person: Person) -> bool:
        """Whether there are mornings on which this person would hear something."""
        roles = (Role.PUBLISHING, Role.CONVERSATIONS, Role.APPROVAL)
        return any(person in self._brand.people_with(role) for role in roles)
