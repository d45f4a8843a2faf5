"""Pause an account, a brand or everything: nothing of it leaves from this moment, whatever waits in the queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.publishing.brake import Pause, Scope, is_held_back, left_meanwhile
from heraut.publishing.transitions import is_late

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from heraut.brands import Brands
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Pauses, Posts

FURTHEST_BACK = timedelta(days=7)  # the longest that an account may let a post be late
LATE = timedelta(hours=1)  # of an account that is not in the configuration any more


@dataclass(frozen=True)
class Held:
    """A delivery whose time came during a pause; `too_late`: sent as planned it would be asked about, not sent."""

    delivery: Delivery
    too_late: bool


@dataclass(frozen=True)
class Stopped:
    """What a pause holds, and what had left, or was leaving, when it came."""

    pause: Pause
    held: tuple[Held, ...]
    left: tuple[Delivery, ...]


def pause_publishing(scope: Scope, by: str, reason: str, pauses: Pauses, now: datetime) -> tuple[Pause, bool]:
    """Pause; gives the pause that is on, and whether it is this one (False: somebody was first)."""
    wanted = Pause(brand=scope.brand, account=scope.account, by=by, at=now, reason=reason)
    held = pauses.begin(wanted)
    return held, (held.by, held.at) == (wanted.by, wanted.at)


def stopped_by(pause: Pause, posts: Posts, brands: Brands, now: datetime) -> Stopped:
    """Read what a pause holds and what left all the same, by time."""
    held: list[Held] = []
    left: list[Delivery] = []
    for delivery in concerned(pause, posts, brands):
        if left_meanwhile(delivery, pause):
            left.append(delivery)
        elif is_held_back(delivery, pause, now):
            brand = brands.brand(delivery.brand)
            account = brand.account(delivery.account) if brand else None
            held.append(Held(delivery, is_late(delivery, account.late if account else LATE, now)))
    return Stopped(pause, tuple(held), tuple(left))


def concerned(pause: Pause, posts: Posts, brands: Brands) -> Iterator[Delivery]:
    """Give the deliveries that a pause may have met, by brand and time (a listing: it may lag)."""
    ids = [pause.brand] if pause.brand is not None else [brand.id for brand in brands.every_brand()]
    for brand in ids:
        listed = posts.queue(brand, since=pause.at - FURTHEST_BACK)
        yield from (delivery for delivery in listed if pause.scope.holds(delivery))
