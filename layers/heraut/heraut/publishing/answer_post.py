"""Say of what may be online whether it is: what the buttons of its message do, for whoever has them no more.

A message may never have arrived, and its links end after a week; without another way to answer, the post would be in
doubt for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.events import EventName, event
from heraut.links import Action
from heraut.problems import Problem, problem
from heraut.publishing import decisions, transitions
from heraut.publishing.change_deliveries import beyond_reach, change_each, chosen_deliveries, dispatch_written
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from heraut.events import Event
    from heraut.publishing.change_deliveries import Changes
    from heraut.publishing.model import Delivery
    from heraut.publishing.world import World


def say_online(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Say that a post's doubtful deliveries (those to `accounts` where some are named) are online."""
    now = world.clock.now()

    def decide(delivery: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        if delivery.state is not State.ASKING:
            return _not_asked(delivery)
        after = decisions.online(delivery, None, now)
        lateness = round(after.lateness.total_seconds() * 1000) if after.lateness is not None else None
        attempt = delivery.attempt.number if delivery.attempt else None
        fields = {"attempt": attempt, "url": after.url, "lateness_ms": lateness, "how": "said"}
        fields |= transitions.what_it_answers(delivery)
        said = event(EventName.PUBLISHED, brand, post, delivery.account, now, **fields)
        return after, [said, _decided(delivery, by, Action.IS_ONLINE, now)]

    return _answer(world, brand, post, accounts, decide)


def say_absent(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Say that a post's doubtful deliveries are not online: they leave again now, as the same version."""
    now = world.clock.now()

    def decide(delivery: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        if delivery.state is not State.ASKING:
            return _not_asked(delivery)
        if decisions.is_by_hand(delivery):
            return problem("delivery_by_hand_asks", account=delivery.account)
        return decisions.sent_again(delivery, now), [_decided(delivery, by, Action.SEND_AGAIN, now)]

    changes = _answer(world, brand, post, accounts, decide)
    dispatch_written(changes.changed, world, now)
    return changes


def _answer(
    world: World,
    brand: str,
    post: str,
    accounts: Collection[str],
    decide: Callable[[Delivery], tuple[Delivery, Sequence[Event]] | Problem],
) -> Changes:
    return change_each(chosen_deliveries(world.posts, brand, post, accounts), decide, world.posts)


def _not_asked(delivery: Delivery) -> Problem:
    return beyond_reach(delivery) or problem("delivery_not_asked", account=delivery.account)


def _decided(delivery: Delivery, by: str, action: Action, now: datetime) -> Event:
    return event(EventName.DECIDED, delivery.brand, delivery.post, delivery.account, now, by=by, action=action.value)
