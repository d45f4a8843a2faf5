"""Events as a brand writes them: questions and answers live, or people who come to a place (pure values).

In the file, and for whoever reads, they are events (`events:`); in the code they are gatherings, for an event is what
happened to a post (`heraut/events.py`). What is stored is what the file says (`Brand.events`, plain values).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from heraut.brands.contests import Place, Text, Texts, wall_time
from heraut.brands.durations import minutes
from heraut.brands.model import Name
from heraut.due import require_aware
from heraut.local_time import LocalTime, at_local, on_the_wall
from heraut.problems import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.brands.model import Brand

HOUR, DAY = 60, 24 * 60  # minutes
MOST_REMINDERS = 10
SOONEST_REMINDER, EARLIEST_REMINDER = 10, 365 * DAY  # minutes before the beginning
LONGEST_TEXT = 3_000  # characters of a post's text
FIELDS = ("title", "day", "hour", "end", "place", "page", "calendar")  # that texts may name in braces


class GatheringKind(StrEnum):
    """What sort of event it is."""

    LIVE_QA = "live_qa"  # people ask under the opening post until it closes
    OFFLINE = "offline"  # people come to a place, or to an address online


# What the file calls the instants of each kind: when it begins, when it is over.
INSTANTS: Mapping[GatheringKind, tuple[str, str]] = {
    GatheringKind.LIVE_QA: ("opens", "closes"),
    GatheringKind.OFFLINE: ("starts", "ends"),
}


def _before(given: Any) -> Any:
    """Read how long before the beginning: `7d`, `2h`; a reminder may also be no more than that."""
    if isinstance(given, dict):
        return given
    return {"before": given}


def _minutes(given: Any) -> Any:
    found = minutes(given)
    if found is None:
        raise ValueError("no duration")
    return found


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Reminder(_Written):
    """A post so long before the beginning (minutes); `text` instead of the one that all reminders have."""

    before: Annotated[int, BeforeValidator(_minutes), Field(ge=SOONEST_REMINDER, le=EARLIEST_REMINDER)]
    text: Text | None = None

    @property
    def step(self) -> str:
        """What tells it from the others: `7d`, `2h`, `90m`."""
        for unit, length in (("d", DAY), ("h", HOUR)):
            if self.before % length == 0:
                return f"{self.before // length}{unit}"
        return f"{self.before}m"

    def at(self, begins: datetime, zone: str) -> datetime:
        """Say when it is posted (UTC): so many days before by the clock on the wall, whatever the clocks do between."""
        exact = begins - timedelta(minutes=self.before)
        if self.before % DAY:
            return exact
        found = at_local(on_the_wall(begins, zone) - timedelta(minutes=self.before), zone)
        return found.instant if isinstance(found, LocalTime) else exact


USUAL_REMINDERS = (Reminder(before=7 * DAY), Reminder(before=DAY), Reminder(before=2 * HOUR))
Instant = Annotated[datetime, AfterValidator(require_aware)]


class GatheringTexts(_Written):
    """What it says in its posts instead of the built-in texts; names in braces (`FIELDS`) are filled in."""

    opening: Text | None = None
    closing: Text | None = None
    recap: Text | None = None
    reminder: Text | None = None


class GatheringTerms(_Written):
    """An event. Instants are aware, in its own zone; `posts` are more posts under which questions are collected.

    `staff` are accounts (`@name`) whose comments are no questions, beside the brand's own.
    `address` is where one goes, `url` where one takes part or books online; `cancelled` says that it does not take
    place, and stays in the file until it would have been over.
    """

    name: Name
    kind: GatheringKind
    title: Text
    zone: str
    language: Language = "fr"
    accounts: Texts
    begins: Instant
    ends: Instant
    place: Text | None = None
    address: Text | None = None
    url: Text | None = None
    about: Text | None = None
    cancelled: bool = False
    reminders: tuple[Annotated[Reminder, BeforeValidator(_before)], ...] = Field(
        default=USUAL_REMINDERS, max_length=MOST_REMINDERS
    )
    posts: tuple[Place, ...] = ()
    staff: Texts | None = None
    texts: GatheringTexts = GatheringTexts()

    @model_validator(mode="before")
    @classmethod
    def _in_its_zone(cls, given: Any) -> Any:
        """Read what a clock shows there, by the names that its kind has for its instants (stored: `begins`, `ends`)."""
        if not isinstance(given, dict) or "zone" not in given or given.get("kind") not in set(GatheringKind):
            return given
        named = dict(zip(("begins", "ends"), INSTANTS[GatheringKind(given["kind"])], strict=True))
        told = {field: given.get(name, given.get(field)) for field, name in named.items()}
        return given | {field: _instant(one, given["zone"]) for field, one in told.items() if one is not None}

    @property
    def is_live(self) -> bool:
        """Whether people ask questions until it closes."""
        return self.kind is GatheringKind.LIVE_QA

    @property
    def remind(self) -> tuple[Reminder, ...]:
        """Its reminders, the earliest first; a session of questions has none."""
        return () if self.is_live else tuple(sorted(self.reminders, key=lambda one: -one.before))


def gatherings_of(brand: Brand) -> dict[str, GatheringTerms]:
    """Give a brand's events by name; zone and language are the brand's where an event has none of its own."""
    return {name: gathering_of(name, plain, brand.zone, brand.language) for name, plain in brand.events.items()}


def gathering_of(name: str, plain: Mapping[str, Any], zone: str, language: Language) -> GatheringTerms:
    """Give the event that stands in a file, `zone` and `language` where it says none."""
    return GatheringTerms.model_validate({"zone": zone, "language": language, **plain, "name": name})


def _instant(given: Any, zone: str) -> Any:
    if isinstance(given, datetime) and given.tzinfo is not None:
        return given.astimezone(ZoneInfo(zone))
    wall = wall_time(given)
    if wall is not None:
        found = at_local(wall, zone)
        return found.instant.astimezone(ZoneInfo(zone)) if isinstance(found, LocalTime) else given
    stored = datetime.fromisoformat(given) if isinstance(given, str) else given
    return stored.astimezone(ZoneInfo(zone)) if isinstance(stored, datetime) and stored.tzinfo else given
