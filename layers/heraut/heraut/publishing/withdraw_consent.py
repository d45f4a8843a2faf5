"""Hold every delivery of a post that quotes somebody who no longer agrees, and let go what a new yes allows.

A mark of its own (`consent:<testimonial>`), which only a new yes takes off. What is online stays online: taking it off
a network is a person's, who is told where it is. What bears the mark was told of, so that an event which comes twice
holds, and tells, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.errors import Conflict, TryAgain
from heraut.events import EventName, event
from heraut.problems import problem
from heraut.publishing import decisions
from heraut.publishing.change_deliveries import TRIES, change_each, dispatch_written
from heraut.publishing.model import CONSENT, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from heraut.events import Event
    from heraut.problems import Problem
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Posts
    from heraut.publishing.world import Steering

LEAVING = frozenset({State.SENDING, State.UNCONFIRMED})
ONLINE = frozenset({State.PUBLISHED, State.ASKING})  # or may be
LONGEST_CALL = timedelta(minutes=10)  # far more than a call and its looks take: then nobody is at it any more


@dataclass(frozen=True)
class QuotingPosts:
    """The port `conversations.store.QuotingPosts`, over the posts."""

    posts: Posts

    def withdraw(self, brand: str, post: str, testimonial: str, by: str, now: datetime) -> None:
        """Hold what has not gone out of a post, and tell people of it and of what is online."""
        withdraw_consent(self.posts, brand, post, testimonial, by, now)


def mark_of(testimonial: str) -> str:
    """Give the mark that a consent taken back puts on deliveries."""
    return f"{CONSENT}{testimonial}"


def withdraw_consent(
    posts: Posts, brand: str, post: str, testimonial: str, by: str, now: datetime
) -> Sequence[Delivery]:
    """Hold every delivery of a post; gives them as they now are (none: the post is gone). Done twice it is done once.

    TryAgain: one is leaving at this moment; the others are held, and it is to be done again for that one.
    """
    mark = mark_of(testimonial)
    for _ in range(TRIES):
        found = posts.deliveries(brand, post)
        kept = [_marked(one, mark, by, posts, now) for one in found]
        if all(one is not None for one in kept):
            break
    else:
        raise TryAgain(f"{brand}/{post} changed {TRIES} times while the consent to it was taken back")
    if any(_is_leaving(one, now) for one in found):
        raise TryAgain(f"{brand}/{post} is leaving while the consent to it is taken back")
    return [one for one in kept if one is not None]


def _marked(delivery: Delivery, mark: str, by: str, posts: Posts, now: datetime) -> Delivery | None:
    """Put the mark on, once, with the event that tells people; None when the delivery changed meanwhile."""
    if mark in delivery.holds or _is_leaving(delivery, now):
        return delivery
    after = decisions.without_consent(delivery, mark)
    name = _told_as(after)
    told = [event(name, delivery.brand, delivery.post, delivery.account, now, mark=mark, by=by)] if name else []
    try:
        posts.change(delivery, after, told)
    except Conflict:
        return None
    return after


def renew_consent(
    world: Steering, brand: str, post: str, testimonial: str, by: str, now: datetime
) -> Sequence[Delivery]:
    """Take the mark off: what no other cause holds is due again. Gives what is let go of (none: nothing was held)."""
    mark = mark_of(testimonial)

    def decide(delivery: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        if mark not in delivery.holds:
            return problem("delivery_not_held", account=delivery.account)
        told = event(EventName.DELIVERY_RELEASED, brand, post, delivery.account, now, mark=mark, by=by)
        return decisions.released(delivery, mark), [told] if _told_as(delivery) is EventName.CONSENT_WITHDRAWN else []

    changed = change_each(world.posts.deliveries(brand, post), decide, world.posts).changed
    dispatch_written(changed, world, now)
    return [one for one in changed if _told_as(one) is EventName.CONSENT_WITHDRAWN]


def _told_as(delivery: Delivery) -> EventName | None:
    """Say what people hear of a delivery: it is held, or is online; nothing of what was cancelled."""
    if delivery.state is State.CANCELLED:
        return None
    return EventName.ONLINE_WITHOUT_CONSENT if delivery.state in ONLINE else EventName.CONSENT_WITHDRAWN


def _is_leaving(delivery: Delivery, now: datetime) -> bool:
    if delivery.state not in LEAVING:
        return False
    began = delivery.attempt.started_at if delivery.attempt else now
    return now - began < LONGEST_CALL
