"""Keeping to what a network allows an account: who waits, and in which order they leave afterwards. Pure rules.

What an answer told is remembered only when it matters: the network refused, or few calls are left. While that lasts,
whoever would leave looks at the account's line: as many as the network still takes go, in order of precedence; the
others leave after its reset, one after the other. What would come too late then takes nobody's turn.
"""

from __future__ import annotations

import heapq
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from heraut.publishing.model import Delivery, Instant, Precedence, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from heraut.allowance import Allowance

FEW = 10  # calls left from which on they are counted (a tenth of a large limit): as many may be under way at once
APART = timedelta(seconds=5)  # between two that leave after a reset, where the network's own rate is not slower
AHEAD = timedelta(hours=1)  # how far ahead deliveries of better precedence are kept room for
BEHIND = timedelta(hours=6)  # how far behind others are looked for, where an account lets them be later still
A_MOMENT = timedelta(seconds=1)  # past the last instant at which a delivery may leave
UPLOADS_APART = timedelta(minutes=1)  # between the uploads of two precedences
UPLOADS_SCATTERED = 30  # seconds over which those of one precedence begin
_ORDER = {Precedence.EXACT: 0, Precedence.SLOT: 1, Precedence.RECYCLED: 2}


class Bucket(StrEnum):
    """What a network counts apart: the final calls, and the uploads made ahead."""

    POSTS = "posts"
    UPLOADS = "uploads"


class Pace(BaseModel):
    """What an account's network said last of one bucket: `remaining` calls until `resets_at`, `limit` in `window_s`."""

    model_config = ConfigDict(frozen=True, extra="allow", populate_by_name=True)

    schema_: Literal[1] = Field(default=1, alias="schema")
    remaining: int
    resets_at: Instant
    limit: int | None = None
    window_s: int | None = None  # seconds


@dataclass(frozen=True)
class Place:
    """One delivery in its account's line: first by precedence, then by promise, then by name."""

    rank: tuple[int, datetime, str]
    ready_at: datetime  # it does not leave before
    too_late: datetime  # nor after


def pace_of(told: Allowance, now: datetime) -> Pace | None:
    """Give what is worth remembering of what a network told: None while plenty of calls are left."""
    if told.resets_at <= now or told.remaining > max(FEW, (told.limit or 0) // 10):
        return None
    window_s = round(told.window.total_seconds()) if told.window else None
    return Pace(remaining=told.remaining, resets_at=told.resets_at, limit=told.limit, window_s=window_s)


def place_of(delivery: Delivery, late: timedelta) -> Place:
    """Give a delivery's place in the line of those that want to leave."""
    rank = (_ORDER[delivery.precedence], delivery.publish_at, delivery.id)
    return Place(rank, ready_at=delivery.publish_at, too_late=delivery.publish_at + late)


def line_of(pace: Pace, late: timedelta, at: datetime) -> tuple[datetime, datetime]:
    """Give the instants between which others are promised that stand in line with one that would leave at `at`."""
    return at - min(late, BEHIND), max(at, min(pace.resets_at, at + AHEAD)) + A_MOMENT


def turn(delivery: Delivery, near: Iterable[Delivery], pace: Pace, late: timedelta, at: datetime) -> datetime | None:
    """Say when a delivery that would leave at `at` may: None when it may leave then.

    `near` are deliveries of the brand, itself perhaps among them. One that cannot leave within `late` of its promise is
    given the instant at which it is found to be too late.
    """
    if pace.resets_at <= at:
        return None
    others = [one for one in near if one.account == delivery.account and one.id != delivery.id]
    under_way = sum(one.state is State.SENDING for one in others)
    mine = place_of(delivery, late)
    line = [place_of(one, late) for one in others if one.state is State.SCHEDULED and not one.holds] + [mine]
    line.sort(key=lambda place: place.rank)
    before = [place for place in line if place.ready_at < pace.resets_at]
    going = set(before[: max(0, pace.remaining - under_way)])
    if mine in going:
        return None
    waiting = [place for place in line if place not in going]
    turns = dict(_turns(waiting, pace))
    return turns.get(mine, too_late(delivery, late))


def too_late(delivery: Delivery, late: timedelta) -> datetime:
    """Give the first instant at which a delivery is found to be too late."""
    return delivery.publish_at + late + A_MOMENT


def upload_turn(delivery: Delivery, pace: Pace, late: timedelta, now: datetime) -> datetime | None:
    """Say when uploads that would begin now may: None when they may.

    Their line is not looked at: after the reset the precedences begin one after the other, each scattered a little.
    """
    if pace.remaining > 0 or pace.resets_at <= now:
        return None
    scattered = timedelta(seconds=zlib.crc32(delivery.id.encode()) % UPLOADS_SCATTERED)
    begin = pace.resets_at + UPLOADS_APART * _ORDER[delivery.precedence] + scattered
    return min(begin, too_late(delivery, late))


def _turns(waiting: list[Place], pace: Pace) -> Iterator[tuple[Place, datetime]]:
    """Give those that wait their turns after the reset: the best in rank of those that are ready, then the next."""
    apart = _apart(pace, len(waiting))
    coming = sorted(waiting, key=lambda place: place.ready_at, reverse=True)
    ready: list[tuple[tuple[int, datetime, str], Place]] = []
    at = pace.resets_at
    while coming or ready:
        if not ready:
            at = max(at, coming[-1].ready_at)
        while coming and coming[-1].ready_at <= at:
            place = coming.pop()
            heapq.heappush(ready, (place.rank, place))
        _, place = heapq.heappop(ready)
        if at <= place.too_late:
            yield place, at
            at += apart


def _apart(pace: Pace, waiting: int) -> timedelta:
    """Give the time between two turns: the network's own rate where more wait than it takes in one window."""
    if not pace.limit or not pace.window_s:
        return APART
    steady = timedelta(seconds=pace.window_s / pace.limit)
    return steady if waiting > pace.limit else min(APART, steady)
