"""The terms of a contest as a brand writes them: who organises it, when, what one does, what is won (pure values).

What is stored is what the file says (`Brand.contests`, plain values): only what runs contests, and the desk, pay for
these models. What terms mean is `contests/eligibility.py` and `contests/rules_text.py`; docs/contests.md says it to
whoever writes one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from heraut.brands.durations import minutes
from heraut.brands.model import EntryKind, Name, NetworkName
from heraut.due import require_aware
from heraut.local_time import LocalTime, at_local
from heraut.problems import Language, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heraut.brands.model import Brand
    from heraut.problems import Problem

INSTANTS = ("opens", "closes", "draws", "announces")
MOST_PLACES = 10_000  # winners, or alternates
MOST_CHANCES = 1_000  # of one entrant: what a record of `tirage/v1` holds
MOST_FRIENDS = 50
LONGEST_RULES = 60_000  # characters of a rules text of one's own
FIRST_YEAR, LAST_YEAR = 1970, 9000  # beyond, an instant in another zone, or some weeks later, may be none


class ContestState(StrEnum):
    """How far a contest has come."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    FROZEN = "frozen"  # the list of entrants is made, nothing enters it any more
    COMMITTED = "committed"  # and published before the draw's chance exists
    DRAWN = "drawn"
    ANNOUNCED = "announced"
    ENDED = "ended"
    CANCELLED = "cancelled"


# What may still change once people take part: names that a rule of the contest already excludes without naming them,
# and the day on which winners are named. Nothing of it stands in the rules that people read.
_NAMES = ("exclude.staff", "exclude.partners", "exclude.accounts")
FREE: dict[ContestState, tuple[str, ...]] = {
    ContestState.OPEN: (*_NAMES, "announces"),
    ContestState.CLOSED: (*_NAMES, "announces"),
    ContestState.FROZEN: ("announces",),
    ContestState.COMMITTED: ("announces",),
    ContestState.DRAWN: ("announces",),
}


def _worded(given: Any) -> Any:
    """Let a number stand for the text it is: 1998 is an answer, 2027 may be a title."""
    if isinstance(given, bool):
        return given
    return str(given) if isinstance(given, int) or (isinstance(given, float) and isfinite(given)) else given


def _listed(given: Any) -> Any:
    """Let one value stand where several may."""
    return [given] if isinstance(given, str | int | float) else given


def _some(given: tuple[Any, ...]) -> tuple[Any, ...]:
    if not given:
        raise ValueError("a list that is there is not empty")
    return given


def _length(given: Any) -> Any:
    """Read a duration as people write it; one that was stored (ISO 8601) is left to pydantic."""
    if isinstance(given, timedelta) or (isinstance(given, str) and given.startswith("P")):
        return given
    found = minutes(given)
    if found is None:
        raise ValueError("no duration")
    return timedelta(minutes=found)


def _amount(given: Any) -> Any:
    """Read an amount: 60, 59.9 or « 59,90 »."""
    is_amount = isinstance(given, int | float | str) and not isinstance(given, bool)
    return str(given).replace(",", ".") if is_amount else None


Text = Annotated[str, BeforeValidator(_worded), Field(min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed), AfterValidator(_some)]
Length = Annotated[timedelta, BeforeValidator(_length)]
Amount = Annotated[Decimal, BeforeValidator(_amount), Field(ge=0, max_digits=11, decimal_places=2)]
Instant = Annotated[datetime, AfterValidator(require_aware)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Organiser(_Written):
    """Who answers for the contest; `registration` is a company's number (« RCS Paris 123 456 789 »)."""

    name: Text
    address: Text | None = None
    registration: Text | None = None
    email: Text | None = None


class Eligibility(_Written):
    """Who may take part: from which age on, living in which countries (ISO codes; None: anywhere)."""

    age: int | None = Field(default=None, ge=0, le=99)
    countries: Annotated[tuple[Country, ...], BeforeValidator(_listed), AfterValidator(_some)] | None = None


class Prize(_Written):
    """What is won, in the order of ranks: `quantity` winners in a row get one; `value` each, all taxes included."""

    name: Text
    value: Amount | None = None
    quantity: int = Field(default=1, ge=1, le=MOST_PLACES)


class Place(_Written):
    """A post on which one takes part: a row of the calendar by its `id`, a post of ours, or an address online."""

    accounts: Texts
    row: Text | None = None
    post: Text | None = None
    url: Text | None = None


class Question(_Written):
    """A question that the comment answers; an answer counts whatever its capitals, accents and what stands around."""

    question: Text
    accepted: Texts


class ContestConditions(_Written):
    """What one does to take part: all that is given. `friends`, `words` and `answer` are looked for in comments.

    `friends`: how many distinct other accounts are mentioned at least. `words`: one of them at least, each a hashtag,
    a word or an expression.
    """

    comment: bool = False
    like: bool = False
    repost: bool = False
    follow: bool = False
    friends: int = Field(default=0, ge=0, le=MOST_FRIENDS)
    words: Texts | None = None
    answer: Question | None = None

    def asks(self, act: EntryKind) -> bool:
        """Whether one has to do this."""
        if act is EntryKind.COMMENT:
            return bool(self.comment or self.friends or self.words or self.answer)
        return bool(getattr(self, act))

    @property
    def asked(self) -> tuple[EntryKind, ...]:
        """Everything one has to do."""
        return tuple(act for act in EntryKind if self.asks(act))


class Chances(_Written):
    """Chances beyond the one that everybody has: for each post commented on, liked or shared, for following.

    `friend`: for each friend mentioned beyond those asked for. `most` is the cap, the first chance included.
    """

    comment: int = Field(default=0, ge=0, le=MOST_CHANCES)  # for each post beyond the first
    like: int = Field(default=0, ge=0, le=MOST_CHANCES)
    repost: int = Field(default=0, ge=0, le=MOST_CHANCES)
    follow: int = Field(default=0, ge=0, le=MOST_CHANCES)
    friend: int = Field(default=0, ge=0, le=MOST_CHANCES)
    most: int = Field(ge=1)

    def of(self, act: EntryKind) -> int:
        """Give the chances that this adds each time."""
        return int(getattr(self, act))


class Suspects(_Written):
    """Accounts taken for programs: younger than `account_age` at the closing, fewer `followers`, copied comments.

    `copied`: so many accounts at least wrote a long comment in the same words. What a network does not tell suspects
    nobody.
    """

    account_age: Length | None = None
    followers: int | None = Field(default=None, ge=1)
    copied: int | None = Field(default=None, ge=2)


class Exclusions(_Written):
    """Who does not take part. Accounts are `@name`, `network:@name`, or the stable id `network:id`.

    `blocked`: whom the organiser's account blocks; `previous_winners`: for how many months one who won does not.
    """

    staff: Texts | None = None
    partners: Texts | None = None
    accounts: Texts | None = None
    families: bool = True  # of staff and partners: the rules say it, winners declare it
    blocked: bool = True
    previous_winners: int | None = Field(default=None, ge=1, le=120)
    suspects: Suspects | None = None


class PersonalData(_Written):
    """Whom people write to about their data, and how long it is kept after the end of the contest."""

    contact: Text
    keep_for: Length = timedelta(days=90)


class OwnRules(_Written):
    """Rules that the brand wrote itself, instead of the built-in ones: the text, and the file that it came from."""

    text: str | None = Field(default=None, max_length=LONGEST_RULES)
    file: Text | None = None


class Terms(_Written):
    """A contest. Instants are aware, in the contest's own zone (IANA); `closes` itself still counts, to the second.

    `draws` is the instant from which the beacon's next round decides, `announces` until when winners are not named
    (None: at once), `claim` how long a winner has to answer.
    """

    name: Name
    title: Text
    zone: str
    language: Language = "fr"
    opens: Instant
    closes: Instant
    draws: Instant
    announces: Instant | None = None
    posts: Annotated[tuple[Place, ...], Field(min_length=1)]
    conditions: ContestConditions
    conditions_on: dict[NetworkName, ContestConditions] = Field(default_factory=dict)
    winners: int = Field(default=1, ge=0, le=MOST_PLACES)
    alternates: int = Field(default=0, ge=0, le=MOST_PLACES)
    prizes: tuple[Prize, ...] = ()
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    claim: Length | None = Field(default=None, alias="claim_within")
    purchase: bool = False  # whether one has to buy something; a contest that does is refused
    more_chances: Chances | None = None
    exclude: Exclusions = Exclusions()
    organiser: Organiser | None = None
    eligibility: Eligibility | None = None
    personal_data: PersonalData | None = None
    rules: OwnRules | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_its_zone(cls, given: Any) -> Any:
        """Read what a clock shows there; an instant with its offset (as it is stored) is brought to the zone."""
        if not isinstance(given, dict) or "zone" not in given:
            return given
        read = {field: _instant(given[field], given["zone"]) for field in INSTANTS if given.get(field) is not None}
        return {**given, **read}

    def on(self, network: NetworkName) -> ContestConditions:
        """Give what one does on a network."""
        return self.conditions_on.get(network, self.conditions)

    @property
    def accounts(self) -> tuple[str, ...]:
        """The brand's accounts on which one takes part, each once."""
        return tuple(dict.fromkeys(account for place in self.posts for account in place.accounts))


def contests_of(brand: Brand) -> dict[str, Terms]:
    """Give a brand's contests by name; zone and language are the brand's where a contest has none of its own."""
    return {name: terms_of(name, plain, brand.zone, brand.language) for name, plain in brand.contests.items()}


def terms_of(name: str, plain: dict[str, Any], zone: str, language: Language) -> Terms:
    """Give the terms that stand in a file, `zone` and `language` where they say none."""
    return Terms.model_validate({"zone": zone, "language": language, **plain, "name": name})


def wall_time(given: Any) -> datetime | None:
    """Read what a clock shows: `2026-12-01 09:00`, with seconds or without; None when it is none of our days."""
    text = given if isinstance(given, str) else given.isoformat() if isinstance(given, datetime) else ""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    has_hour = ":" in text
    return read if has_hour and read.tzinfo is None and FIRST_YEAR <= read.year <= LAST_YEAR else None


def changes_allowed(old: Terms, new: Terms | None, state: ContestState) -> list[Problem]:
    """Find what may not change in a contest that has come so far; `new` None: it is taken out of the file.

    Once people take part, the rules that they read hold: organiser, dates, conditions, prizes stay as they are. What
    may change is `FREE`. Each problem's column is the field, from the contest on.
    """
    if state is ContestState.PLANNED:
        return []
    if new is None:
        over = state in {ContestState.ENDED, ContestState.CANCELLED}
        return [] if over else [problem("contest_taken_out", None, contest=old.title)]
    free = FREE.get(state, ())
    before, after = dict(_leaves(_content(old))), dict(_leaves(_content(new)))
    changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    return [
        problem("contest_changed_too_late", path, contest=old.title, field=path) for path in changed if path not in free
    ]


def _instant(given: Any, zone: str) -> Any:
    if isinstance(given, datetime) and given.tzinfo is not None:
        return given.astimezone(ZoneInfo(zone))
    wall = wall_time(given)
    if wall is not None:
        found = at_local(wall, zone)
        if not isinstance(found, LocalTime):
            raise ValueError("an hour that the clocks skip")
        return found.instant.astimezone(ZoneInfo(zone))
    stored = datetime.fromisoformat(given) if isinstance(given, str) else given
    return stored.astimezone(ZoneInfo(zone)) if isinstance(stored, datetime) and stored.tzinfo else given


def _content(terms: Terms) -> dict[str, Any]:
    return terms.model_dump(mode="json", by_alias=True, exclude_none=True)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _leaves(held, f"{path}.{key}" if path else key)
    else:
        yield path, value
