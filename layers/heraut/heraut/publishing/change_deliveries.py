"""Change deliveries of a post one by one, as a person asks: what each refuses is said, and stops no other.

Each change is conditional on what was read; one that lost a race is read and decided again.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heraut.errors import Conflict, InvalidInput, NotFound, TryAgain
from heraut.problems import Problem, problem
from heraut.publishing.decisions import is_by_hand
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.model import CONSENT, State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from heraut.events import Event
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Posts
    from heraut.publishing.world import Steering

    Decide = Callable[[Delivery], tuple[Delivery, Sequence[Event]] | Problem]

TRIES = 5


@dataclass
class Changes:
    """What came of it: deliveries as they now are, and those left as they were, with the reason."""

    changed: list[Delivery] = field(default_factory=list)
    left: list[tuple[Delivery, Problem]] = field(default_factory=list)


def chosen_deliveries(posts: Posts, brand: str, post: str, accounts: Collection[str] = ()) -> list[Delivery]:
    """Read a post's deliveries, those to `accounts` where some are named; InvalidInput when it goes not there."""
    every = posts.deliveries(brand, post)
    if not every:
        raise NotFound(post)
    known = {delivery.account for delivery in every}
    unknown = [name for name in accounts if name not in known]
    if unknown:
        raise InvalidInput(
            [problem("account_not_of_post", given=name, known=", ".join(sorted(known))) for name in unknown]
        )
    return [delivery for delivery in every if not accounts or delivery.account in accounts]


def change_each(deliveries: Sequence[Delivery], decide: Decide, posts: Posts) -> Changes:
    """Write what `decide` makes of each delivery, or keep the problem it answers."""
    changes = Changes()
    for delivery in deliveries:
        outcome = _change(delivery, decide, posts)
        if isinstance(outcome, Problem):
            changes.left.append((delivery, outcome))
        else:
            changes.changed.append(outcome)
    return changes


def dispatch_written(deliveries: Sequence[Delivery], world: Steering, now: datetime) -> None:
    """Dispatch what was just written and is near; where that cannot be done now, the tick does it."""
    due = [delivery for delivery in deliveries if delivery.state is State.SCHEDULED and delivery.due_at]
    with contextlib.suppress(TryAgain):
        dispatch_now(due, world.posts, world.outbox, now)


def beyond_reach(delivery: Delivery) -> Problem | None:
    """Say why nobody may touch a delivery any more; None when a person's decision still reaches it."""
    account = delivery.account
    match delivery.state:
        case State.SENDING | State.UNCONFIRMED:
            return problem("delivery_is_leaving", account=account)
        case State.ASKING:
            return problem("delivery_by_hand_asks" if is_by_hand(delivery) else "delivery_asks", account=account)
        case State.PUBLISHED:
            return problem("delivery_is_out", account=account)
        case State.CANCELLED:
            return problem("delivery_is_cancelled", account=account)
        case State.SCHEDULED if not delivery.may_change:
            return problem("delivery_partly_out", account=account)
        case _:
            return None


def not_agreed(delivery: Delivery) -> Problem:
    """Say that it does not leave because whom it quotes no longer agrees, and what may be done.

    Of what nobody may touch any more: why not.
    """
    gone = beyond_reach(delivery) if delivery.state is not State.SCHEDULED else None
    if gone is not None:
        return gone
    marks = ", ".join(sorted(mark.removeprefix(CONSENT) for mark in delivery.unagreed))
    return problem("delivery_without_consent", account=delivery.account, testimonial=marks)


def _change(delivery: Delivery, decide: Decide, posts: Posts) -> Delivery | Problem:
    for _ in range(TRIES):
        decided = decide(delivery)
        if isinstance(decided, Problem):
            return decided
        after, events = decided
        try:
            posts.change(delivery, after, events)
        except Conflict:
            delivery = _again(delivery, posts)
        else:
            return after.model_copy(update={"revision": delivery.revision + 1})
    raise TryAgain(f"{delivery.id} changed {TRIES} times while it was being decided")


def _again(delivery: Delivery, posts: Posts) -> Delivery:
    found = posts.delivery(delivery.brand, delivery.post, delivery.account)
    if found is None:
        raise NotFound(delivery.id)
    return found
