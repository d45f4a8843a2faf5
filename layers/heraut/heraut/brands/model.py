"""Who owns what and who hears of it: brands, their accounts, groups and people (pure values)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from heraut.problems import Language

NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
Name = Annotated[str, Field(pattern=NAME)]
LocalHour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
LocalSpan = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")]  # over midnight too
Minutes = Annotated[int, Field(ge=1, le=30 * 24 * 60)]  # of a deadline
EVERYTHING = "*"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _opens_first(hours: str) -> str:
    """Refuse a day that closes before it opens."""
    opens, closes = hours.split("-")
    if opens >= closes:
        raise ValueError("a working day opens before it closes")
    return hours


_DAY_HOURS = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
DayHours = Annotated[str, Field(pattern=_DAY_HOURS), AfterValidator(_opens_first)]
PUBLIC = "FR"  # whose public holidays, unless the brand says
OFFICE_HOURS: dict[Weekday, str] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00")


class EntryKind(StrEnum):
    """What somebody did under a post of an account, or with the account, that a contest may ask for."""

    COMMENT = "comment"
    LIKE = "like"
    REPOST = "repost"
    FOLLOW = "follow"


class NetworkName(StrEnum):
    """The networks that have a room in `heraut/networks`."""

    SITE = "site"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    BY_HAND = "by_hand"


class Role(StrEnum):
    """What a person is told about, and may decide."""

    PUBLISHING = "publishing"  # hears of failed, expired and doubtful deliveries
    APPROVAL = "approval"  # says yes or no to what is to approve
    CONVERSATIONS = "conversations"  # hears of what people say to the brand
    ON_CALL = "on_call"  # the next one when nobody answers


class Urgency(StrEnum):
    """How soon somebody must hear, most urgent first."""

    CRISIS = "crisis"  # at once, at any hour; its deadline runs by the clock
    HIGH = "high"  # out of working hours too, but not in quiet hours
    NORMAL = "normal"  # in working hours
    LOW = "low"  # the same, with more time to answer


ANSWER_WITHIN = {Urgency.CRISIS: 15, Urgency.HIGH: 60, Urgency.NORMAL: 4 * 60, Urgency.LOW: 16 * 60}  # minutes


def _at_least_one(ways: tuple[WayName, ...]) -> tuple[WayName, ...]:
    """Refuse a person whom nothing reaches."""
    if not ways:
        raise ValueError("a person is reached in some way")
    return ways


class WayName(StrEnum):
    """The ways to reach a person."""

    EMAIL = "email"
    SMS = "sms"
    TOPIC = "topic"  # an SNS topic of the team's own
    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"
    MATTERMOST = "mattermost"
    WEBHOOK = "webhook"  # a program of the team's own


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class Account(_Stored):
    """One account of a brand on one network.

    `instance` (Mastodon) and `service` (Bluesky, Facebook, Instagram) are the server's address; `handle` is the name
    there;
    `url` is where a person finds the account (by_hand: the page that the link opens; site: the public address).
    `late` is how far behind its promise a delivery may still leave (default one hour).
    """

    name: Name
    network: NetworkName
    instance: str | None = None
    service: str | None = None
    handle: str | None = None
    url: str | None = None
    language: Language | None = None
    late_minutes: int = Field(default=60, ge=1, le=7 * 24 * 60)
    slots: tuple[LocalHour, ...] = ()

    @property
    def late(self) -> timedelta:
        """How far behind `publish_at` a delivery may still leave."""
        return timedelta(minutes=self.late_minutes)


class Person(_Stored):
    """Somebody Héraut talks to; `phone` is E.164, `topic` the ARN of an SNS topic of the team's own."""

    name: str
    id: Name
    email: str
    phone: str | None = None
    topic: str | None = None
    language: Language = "fr"
    roles: tuple[Role, ...] = (Role.PUBLISHING,)
    ways: Annotated[tuple[WayName, ...], AfterValidator(_at_least_one)] = (WayName.EMAIL,)  # the first that takes it
    answers_approved: bool = False  # what they answer to people leaves when somebody who approves said yes


class Channel(_Stored):
    """A place that is nobody's own: a team's room in a chat, a program, a topic. Rules name it as they name people."""

    name: Name
    way: Literal[WayName.SLACK, WayName.TEAMS, WayName.DISCORD, WayName.MATTERMOST, WayName.TOPIC, WayName.WEBHOOK]
    topic: str | None = None
    language: Language | None = None

    def listener(self, language: Language) -> Person:
        """Give it as somebody to talk to, who has one way and no e-mail; `language` is the brand's."""
        chosen = self.language or language
        return Person(
            id=self.name, name=self.name, email="", topic=self.topic, language=chosen, roles=(), ways=(self.way,)
        )


class Team(_Stored):
    """People who hear together, or one after the other: the next one when nobody answered in time (`in_turn`)."""

    name: Name
    people: tuple[Name, ...] = Field(min_length=1)
    tell: Literal["everybody", "in_turn"] = "everybody"


class Brand(_Stored):
    """A brand (in an agency: a client). `revision` grows by one at each `heraut apply` that changes it.

    `holidays` says whose public holidays are no working days (`FR`, `FR-57`, `none`); `public_days` are those days,
    written down for years ahead by `heraut apply` (what knows them stays on the desk). `days_off` are the brand's own:
    days, or spans like `2026-08-10/2026-08-21`. `answer_within` is in minutes of working time, for a crisis by the
    clock. `morning_hour` is when people get the morning point, on working days. `rules`, `contests`
    and `events` are as the file says them (`brands.rules`, `brands.contests`, `brands.gatherings`).
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    id: Name
    name: str
    zone: str = "Europe/Paris"
    language: Language = "fr"
    logo: str | None = None
    accounts: tuple[Account, ...] = ()
    groups: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    people: tuple[Person, ...] = ()
    slots: tuple[LocalHour, ...] = ("09:00", "12:30", "18:00")
    saved_answers: dict[Name, str] = Field(default_factory=dict)  # `{name}` is whom they answer
    working_hours: dict[Weekday, DayHours] = Field(default_factory=OFFICE_HOURS.copy, min_length=1)
    quiet_hours: LocalSpan | None = None
    holidays: str = PUBLIC
    public_days: tuple[str, ...] = ()
    days_off: tuple[str, ...] = ()
    answer_within: dict[Urgency, Minutes] = Field(default_factory=dict)
    morning_hour: int = Field(default=8, ge=0, le=23)  # of the morning point, by the brand's clock
    teams: tuple[Team, ...] = ()
    channels: tuple[Channel, ...] = ()
    rules: tuple[dict[str, Any], ...] = ()
    contests: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    events: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    revision: int = 0

    def account(self, name: str) -> Account | None:
        """Find an account by its name."""
        return next((account for account in self.accounts if account.name == name), None)

    def person(self, person: str) -> Person | None:
        """Find a person by id."""
        return next((one for one in self.people if one.id == person), None)

    def team(self, name: str) -> Team | None:
        """Find a team by its name."""
        return next((one for one in self.teams if one.name == name), None)

    def channel(self, name: str) -> Person | None:
        """Find a channel by its name, as somebody to talk to."""
        return next((one.listener(self.language) for one in self.channels if one.name == name), None)

    def minutes_to_answer(self, urgency: Urgency) -> int:
        """Say how long there is to answer: as the brand says, else by default."""
        return self.answer_within.get(urgency, ANSWER_WITHIN[urgency])

    def people_with(self, role: Role) -> tuple[Person, ...]:
        """Give who has the role; everybody when nobody has it, because somebody must hear."""
        chosen = tuple(person for person in self.people if role in person.roles)
        return chosen or self.people
