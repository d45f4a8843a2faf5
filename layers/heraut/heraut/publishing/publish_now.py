"""Publish a post right now: its promise becomes this instant, and it is dispatched at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.errors import Conflict, NotFound, TryAgain
from heraut.events import EventName, event
from heraut.links import Action
from heraut.problems import problem
from heraut.publishing import decisions
from heraut.publishing.change_deliveries import (
    TRIES,
    Changes,
    beyond_reach,
    chosen_deliveries,
    dispatch_written,
    not_agreed,
)
from heraut.publishing.model import State

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from heraut.problems import Problem
    from heraut.publishing.model import Delivery, Post
    from heraut.publishing.world import World


def publish_now(world: World, brand: str, post: str, by: str, accounts: Collection[str] = ()) -> Changes:
    """Send what has not left of a post (to `accounts` where some are named), in its newest version."""
    now = world.clock.now()
    for _ in range(TRIES):
        newest = world.posts.post(brand, post)
        if newest is None:
            raise NotFound(post)
        changes = Changes()
        for delivery in chosen_deliveries(world.posts, brand, post, accounts):
            why_not = _not_now(delivery)
            if why_not is None:
                changes.changed.append(delivery)
            else:
                changes.left.append((delivery, why_not))
        if not changes.changed:
            return changes
        try:
            changes.changed = _write(newest, changes.changed, world, by, now)
        except Conflict:
            continue
        dispatch_written(changes.changed, world, now)
        return changes
    raise TryAgain(f"{post} changed {TRIES} times while it was being sent")


def _write(newest: Post, deliveries: Sequence[Delivery], world: World, by: str, now: datetime) -> list[Delivery]:
    made = decisions.moved_post(newest, decisions.now_there(now, newest.zone))
    written = []
    for delivery in deliveries:
        ahead = world.networks[delivery.network].prepare_ahead(made.content_for(delivery.account, delivery.network))
        after = decisions.moved(delivery, made, ahead)
        written.append(after.model_copy(update={"revision": delivery.revision + 1}))
    events = [event(EventName.POST_EDITED, made.brand, made.id, None, now, version=made.version, by=by)]
    events += [
        event(EventName.DECIDED, made.brand, made.id, one.account, now, by=by, action=Action.PUBLISH_NOW.value)
        for one in written
    ]
    world.posts.edit(made, written, events)
    return written


def _not_now(delivery: Delivery) -> Problem | None:
    if delivery.state is State.TO_APPROVE:
        return problem("delivery_to_approve", account=delivery.account)
    if delivery.unagreed:
        return not_agreed(delivery)
    if delivery.holds:
        return problem("delivery_is_held", account=delivery.account)
    return beyond_reach(delivery)
