"""What can be seen of a delivery ahead of its instant, and what is remembered of having looked. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from heraut.problems import Problem
from heraut.publishing import pacing
from heraut.publishing.likeness import ALIKE, likeness, words_of
from heraut.publishing.model import Instant, State

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from heraut.publishing.model import Content, Delivery
    from heraut.publishing.pacing import Pace

AHEAD = timedelta(hours=24)
CLOSE = timedelta(minutes=10)
MEMORY = timedelta(days=30)
LOOKED_AT = frozenset({State.SCHEDULED, State.TO_APPROVE})
_MAY_STAND = frozenset({State.SCHEDULED, State.TO_APPROVE, State.SENDING, State.UNCONFIRMED, State.ASKING})
_COUNTS = _MAY_STAND | {State.PUBLISHED}  # it is online, may be, or will be


class Horizon(StrEnum):
    """How long ahead of its promise a delivery is looked at."""

    DAY = "day"
    HOUR = "hour"


class Kind(StrEnum):
    """What can be found, each said in its own words."""

    ACCOUNT = "account"  # the network does not know us any more, or does not let us post
    AWAY = "away"  # the network does not answer, shortly before
    CONTENT = "content"  # the network would refuse the text or the media
    MEDIA = "media"  # a file is not there any more
    QUOTA = "quota"  # the network takes fewer than are planned
    APPROVAL = "approval"  # still to be approved
    ALIKE = "alike"  # nearly the same was said not long ago
    CLOSE = "close"  # another of the same account, minutes apart


ADVICE = frozenset({Kind.ALIKE, Kind.CLOSE})  # it leaves as planned: said once, not at both horizons
OF_ACCOUNT = frozenset({Kind.ACCOUNT, Kind.AWAY})  # only seen where the account was tried


@dataclass(frozen=True)
class Finding:
    """One thing that a person may want to mend; `key` is the same as long as it is the same thing."""

    kind: Kind
    problem: Problem | None = None
    other: Delivery | None = None  # the other post concerned
    text: str | None = None  # its text
    at: datetime | None = None  # when the delivery would leave instead

    @property
    def key(self) -> str:
        """What is remembered of it."""
        about = self.problem.code if self.problem else self.other.post if self.other else ""
        return f"{self.kind}:{about}" if about else self.kind.value


class Look(BaseModel):
    """The last look at one delivery: what was found (`said`, keys of findings) and who was told of it (ids).

    `tried` is False where the account could not be tried, so that it is tried again. `problems` say why, by the keys
    that have a reason of their own.
    """

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    post: str
    account: str
    version: int
    horizon: Horizon
    publish_at: Instant
    tried: bool = True
    said: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    problems: dict[str, Problem] = Field(default_factory=dict)

    @property
    def id(self) -> str:
        """The delivery's name."""
        return f"{self.post}@{self.account}"

    @property
    def is_open(self) -> bool:
        """Whether it must be looked at again before its next horizon."""
        return not self.tried or bool(self.stops)

    @property
    def stops(self) -> list[str]:
        """The keys of what keeps it from leaving as planned."""
        return [key for key in self.said if kind_of(key) not in ADVICE]


def still_said(look: Look | None, delivery: Delivery, now: datetime, *, tried: bool) -> set[str]:
    """Give what was said and cannot be judged now: of an account that could not be tried, and advice between looks."""
    if look is None:
        return set()
    same = look.version == delivery.version
    unknown = set() if tried else OF_ACCOUNT | ({Kind.CONTENT} if same else set())
    unknown |= ADVICE if is_same_look(look, delivery, now) else set()
    return {key for key in look.said if kind_of(key) in unknown}


def horizon_of(delivery: Delivery, now: datetime) -> Horizon:
    """Say which look at a delivery is due now."""
    return Horizon.HOUR if delivery.publish_at - now <= timedelta(hours=1) else Horizon.DAY


def is_same_look(look: Look | None, delivery: Delivery, now: datetime) -> bool:
    """Whether this version was looked at already at this horizon."""
    return look is not None and (look.version, look.horizon) == (delivery.version, horizon_of(delivery, now))


def wants_look(look: Look | None, delivery: Delivery, now: datetime) -> bool:
    """Whether a delivery is to be looked at now: once a horizon and version, and again while something is open."""
    if delivery.state not in LOOKED_AT or delivery.publish_at <= now:
        return False
    if look is not None and look.is_open:
        return True
    return delivery.publish_at <= now + AHEAD and not is_same_look(look, delivery, now)


def news(findings: Sequence[Finding], look: Look | None, delivery: Delivery, person: str, now: datetime) -> list[str]:
    """Give the keys that a person is to hear of: all at a new look (advice once), else what is new."""
    if look is None or person not in look.people:
        known: set[str] = set()
    elif is_same_look(look, delivery, now):
        known = set(look.said)
    else:
        known = {key for key in look.said if kind_of(key) in ADVICE}
    return [one.key for one in findings if one.key not in known]


def is_mended(look: Look | None, now_said: set[str]) -> bool:
    """Whether what stopped a delivery is gone, advice or not; where advice alone was given, whether that is gone."""
    if look is None or not look.said:
        return False
    stopped = {key for key in look.said if kind_of(key) not in ADVICE}
    return not any(kind_of(key) not in ADVICE for key in now_said) if stopped else not now_said


def words(content: Content) -> Counter[str]:
    """Count the words of a whole thread, with the link it carries."""
    return words_of("\n".join([*(part.text for part in content.parts), content.link or ""]))


def is_alike(one: Counter[str], other: Counter[str]) -> bool:
    """Whether two texts are nearly the same."""
    return likeness(one, other) >= ALIKE


def before(delivery: Delivery, near: Iterable[Delivery]) -> list[Delivery]:
    """Give the account's other posts of the thirty days before a delivery, the newest first."""
    rank = (delivery.publish_at, delivery.id)
    found = [
        one
        for one in near
        if one.account == delivery.account
        and one.post != delivery.post
        and one.state in _COUNTS
        and delivery.publish_at - MEMORY <= one.publish_at
        and (one.publish_at, one.id) < rank
    ]
    return sorted(found, key=lambda one: (one.publish_at, one.id), reverse=True)


def quota_turn(delivery: Delivery, near: Sequence[Delivery], pace: Pace | None, late: timedelta) -> datetime | None:
    """Say when a delivery would leave instead, if its account's network takes fewer than are planned; None: it fits.

    Known are what the network told last (until its reset), and how many it takes in one window where it told that.
    """
    if pace is None or delivery.state is not State.SCHEDULED:
        return None
    told = pacing.turn(delivery, near, pace, late, delivery.publish_at)
    if told is not None or not pace.limit or not pace.window_s:
        return told
    window = timedelta(seconds=pace.window_s)
    earlier = [one for one in before(delivery, near) if one.publish_at > delivery.publish_at - window]
    if len(earlier) < pace.limit:
        return None
    return earlier[pace.limit - 1].publish_at + window


def kind_of(key: str) -> str:
    """Give the kind of a finding (`Kind`) by its key."""
    return key.partition(":")[0]
