"""Cancel what has not left of a post."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from heraut.events import EventName, event
from heraut.publishing.change_deliveries import beyond_reach, change_each, chosen_deliveries
from heraut.publishing.decisions import dropped, is_by_hand
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from heraut.events import Event
    from heraut.problems import Problem
    from heraut.publishing.change_deliveries import Changes
    from heraut.publishing.model import Delivery
    from heraut.publishing.world import World


def cancel_post(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Cancel a post's deliveries (those to `accounts` where some are named); what is out or may be stays."""
    decide = partial(cancelled, by=by, now=world.clock.now())
    return change_each(chosen_deliveries(world.posts, brand, post, accounts), decide, world.posts)


def cancelled(delivery: Delivery, by: str, now: datetime) -> tuple[Delivery, Sequence[Event]] | Problem:
    """Give a delivery as it is once cancelled, or why nobody may touch it any more."""
    left_to_a_person = is_by_hand(delivery) and delivery.state is State.ASKING
    why_not = None if left_to_a_person else beyond_reach(delivery)
    if why_not is not None:
        return why_not
    told = event(EventName.DELIVERY_CANCELLED, delivery.brand, delivery.post, delivery.account, now, by=by)
    return dropped(delivery), [told]
