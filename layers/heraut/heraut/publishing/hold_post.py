"""Hold a post, and let it go again: a hold is a mark on a scheduled delivery, and each cause removes only its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.events import EventName, event
from heraut.problems import Problem, problem
from heraut.publishing.change_deliveries import (
    beyond_reach,
    change_each,
    chosen_deliveries,
    dispatch_written,
    not_agreed,
)
from heraut.publishing.decisions import held, mark_of, released
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from heraut.events import Event
    from heraut.publishing.change_deliveries import Changes
    from heraut.publishing.model import Delivery
    from heraut.publishing.world import World


def hold_post(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Hold what is scheduled of a post; InvalidInput when it does not go to one of `accounts`."""
    now = world.clock.now()
    mark = mark_of(by)

    def decide(delivery: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        why_not = _not_to_hold(delivery)
        if why_not is not None:
            return why_not
        told = event(EventName.DELIVERY_HELD, brand, post, delivery.account, now, mark=mark, by=by)
        return held(delivery, mark), [] if mark in delivery.holds else [told]

    return change_each(chosen_deliveries(world.posts, brand, post, accounts), decide, world.posts)


def resume_post(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Take this person's mark off; what no other cause holds is due again, and leaves at once when it is near."""
    now = world.clock.now()
    mark = mark_of(by)

    def decide(delivery: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        if mark not in delivery.holds:
            return _not_to_resume(delivery)
        told = event(EventName.DELIVERY_RELEASED, brand, post, delivery.account, now, mark=mark, by=by)
        return released(delivery, mark), [told]

    changes = change_each(chosen_deliveries(world.posts, brand, post, accounts), decide, world.posts)
    dispatch_written(changes.changed, world, now)
    return changes


def _not_to_hold(delivery: Delivery) -> Problem | None:
    if delivery.state in {State.DRAFT, State.TO_APPROVE}:
        return problem("delivery_not_scheduled", account=delivery.account)
    if delivery.state in {State.FAILED, State.EXPIRED}:
        return problem("delivery_waits_for_you", account=delivery.account)
    # The rest of a thread may be held: what is online of it stays, what is not does not leave.
    return None if delivery.state is State.SCHEDULED else beyond_reach(delivery)


def _not_to_resume(delivery: Delivery) -> Problem:
    if not delivery.holds:
        return problem("delivery_not_held", account=delivery.account)
    if delivery.unagreed:
        return not_agreed(delivery)
    return problem("delivery_held_by_others", account=delivery.account, marks=", ".join(sorted(delivery.holds)))
