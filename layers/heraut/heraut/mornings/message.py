"""What the morning point says: a headline that tells what counts, then a list for each thing, the urgent first."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from heraut.notifications.base import Item, Message
from heraut.wording import Wording, day, listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.brands import Brand, Person
    from heraut.mornings.morning import Morning
    from heraut.notifications.base import Listing
    from heraut.problems import Language

HEADLINE = 3  # things named in the subject
A_DAY = timedelta(hours=25)  # the longest one, of autumn

wording = Wording(__package__, "message.toml")


class Section(StrEnum):
    """The lists of a morning point, in their order: what needs somebody first, numbers last."""

    RISKS = "risks"
    DECISIONS = "decisions"
    WAITING = "waiting"
    LEAVING = "leaving"
    WEBHOOKS = "webhooks"
    ANSWERS = "answers"


def message(found: Mapping[Section, Listing], brand: Brand, person: Person, morning: Morning, now: datetime) -> Message:
    """Say what was found (lists with something in them, by section) to one person."""
    voice = _Voice(brand, person, morning, now)
    sections = [section for section in Section if section in found]
    counts = [voice.count(section, found[section].count) for section in sections]
    return voice.message(
        happened=voice.say("happened", what=listed(counts[:HEADLINE], person.language)),
        lead=voice.say(f"lead_{sections[0]}"),
        otherwise=voice.say("otherwise"),
        items=tuple(voice.item(section, found[section]) for section in sections),
    )


def quiet(brand: Brand, person: Person, morning: Morning, now: datetime) -> Message:
    """Say that nothing is planned and nobody waits, as once a week."""
    voice = _Voice(brand, person, morning, now)
    return voice.message(
        happened=voice.say("quiet_happened"), lead=voice.say("quiet_lead"), otherwise=voice.say("quiet_otherwise")
    )


class _Voice:
    """One morning in one language."""

    def __init__(self, brand: Brand, person: Person, morning: Morning, now: datetime) -> None:
        self._brand, self._person, self._morning, self._now = brand, person, morning, now
        self._language: Language = person.language

    def message(self, happened: str, lead: str, otherwise: str, items: tuple[Item, ...] = ()) -> Message:
        """Put the message together."""
        name = f"morning/{self._brand.id}/{self._morning.day.isoformat()}/{self._person.id}"
        return Message(
            id=name,
            language=self._language,
            brand=self._brand.name,
            brand_id=self._brand.id,
            network=None,
            happened=happened,
            lead=lead,
            why="",
            otherwise=otherwise,
            items=items,
            thread=name,
        )

    def count(self, section: Section, count: int) -> str:
        """Say how many, for the headline."""
        return self.say(f"count_{section}_{'one' if count == 1 else 'many'}", count=count)

    def item(self, section: Section, listing: Listing) -> Item:
        """Say one list, and how much of it is not shown."""
        days = section is Section.LEAVING and self._morning.until - self._morning.begins > A_DAY
        title = self.say(f"title_{section}_days" if days else f"title_{section}")
        return Item(title, self.say("more", count=listing.hidden) if listing.hidden else "", rows=listing.rows)

    def say(self, code: str, **fields: object) -> str:
        """Say a sentence with this morning's days filled in."""
        until, since = (self._day(one) for one in (self._morning.until, self._morning.since))
        long_ago = self._morning.begins - self._morning.since > A_DAY
        counted = wording.say("since" if long_ago else "yesterday", self._language, day=since)
        return wording.say(code, self._language, until=until, since=counted, **fields)

    def _day(self, instant: datetime) -> str:
        return day(instant, self._brand.zone, self._language, self._now)
