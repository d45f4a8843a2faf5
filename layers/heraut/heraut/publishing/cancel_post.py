"""Cancel what has not left of a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.events import EventName, event
from heraut.problems import Problem
from heraut.publishing.change_deliveries import beyond_reach, change_each, chosen_deliveries
from heraut.publishing.decisions import dropped, is_by_hand
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from heraut.events import Event
    from heraut.publishing.change_deliveries import Changes
    from heraut.publishing.model import Delivery
    from heraut.publishing.world import World


def cancel_post(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Cancel a post's deliveries (those to `accounts` where some are named); what is out or may be stays."""
    now = world.clock.now()

    def decide(delivery: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        left_to_a_person = is_by_hand(delivery) and delivery.state is State.ASKING
        why_not = None if left_to_a_person else beyond_reach(delivery)
        if why_not is not None:
            return why_not
        return dropped(delivery), [event(EventName.DELIVERY_CANCELLED, brand, post, delivery.account, now, by=by)]

    return change_each(chosen_deliveries(world.posts, brand, post, accounts), decide, world.posts)
