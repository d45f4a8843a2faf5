"""End a pause: what its time had come for leaves as planned, moves to the next free slot, or is dropped, one by one.

What is shifted or dropped is written while the pause is still on; then publishers stop minding it, its marks are taken
off, and it is forgotten. Whoever is interrupted between two of these does the whole again: nothing leaves that should
not, and no mark stays behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from heraut.errors import Conflict, NotFound, TryAgain
from heraut.events import EventName, event
from heraut.problems import Problem, problem
from heraut.publishing import decisions, transitions
from heraut.publishing.brake import SOON, Fate, is_held_back
from heraut.publishing.change_deliveries import TRIES, change_each, dispatch_written
from heraut.publishing.model import OVER, Precedence, State
from heraut.publishing.pause_publishing import concerned
from heraut.publishing.slots import APART, next_slot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.events import Event
    from heraut.local_time import LocalTime
    from heraut.publishing.brake import Pause
    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Pauses
    from heraut.publishing.world import Steering


@dataclass
class Resumed:
    """What became of each delivery that was held, and of which a wish could not be followed, with the reason."""

    planned: list[Delivery] = field(default_factory=list)
    shifted: list[Delivery] = field(default_factory=list)
    dropped: list[Delivery] = field(default_factory=list)
    refused: list[tuple[Delivery, Problem]] = field(default_factory=list)


def key_of(delivery: Delivery) -> str:
    """Name a delivery in a choice: `<brand>/<post>@<account>`."""
    return f"{delivery.brand}/{delivery.id}"


def resume_publishing(
    pause: Pause, fates: Mapping[str, Fate], by: str, world: Steering, pauses: Pauses, now: datetime
) -> Resumed:
    """End a pause; `fates` says what becomes of a delivery (`key_of`): as planned where it says nothing.

    Raises Conflict when the pause is no longer on (somebody ended it), TryAgain when it is to be done again.
    """
    resumed = Resumed()
    if pause.ending_at is None:
        _choose(pause, fates, by, world, resumed, now)
    pause = pauses.end(pause, now)
    resumed.planned = _let_go(pause, by, world, now)
    pauses.remove(pause, by, now)
    dispatch_written(resumed.planned + resumed.shifted, world, now)
    return resumed


def _choose(pause: Pause, fates: Mapping[str, Fate], by: str, world: Steering, resumed: Resumed, now: datetime) -> None:
    for delivery in list(concerned(pause, world.posts, world.brands)):
        fate = fates.get(key_of(delivery), Fate.PLANNED)
        if fate is Fate.PLANNED or not is_held_back(delivery, pause, now):
            continue
        change = _shift if fate is Fate.SHIFTED else _drop
        outcome = change(delivery, pause, by, world, now)
        if isinstance(outcome, Problem):
            resumed.refused.append((delivery, outcome))
        else:
            (resumed.shifted if fate is Fate.SHIFTED else resumed.dropped).append(outcome)


def _drop(delivery: Delivery, pause: Pause, by: str, world: Steering, now: datetime) -> Delivery | Problem:
    def decide(held: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        if not is_held_back(held, pause, now):
            return problem("delivery_decided", account=held.account)
        if not held.may_change:
            return problem("delivery_partly_out", account=held.account)
        gone = decisions.dropped(_unmarked(held, pause))
        return gone, [event(EventName.DELIVERY_CANCELLED, held.brand, held.post, held.account, now, by=by)]

    changes = change_each([delivery], decide, world.posts)
    return changes.changed[0] if changes.changed else changes.left[0][1]


def _shift(delivery: Delivery, pause: Pause, by: str, world: Steering, now: datetime) -> Delivery | Problem:
    """Write a new version of the post, at the next free slot, for this delivery alone."""
    for _ in range(TRIES):
        held = world.posts.delivery(delivery.brand, delivery.post, delivery.account)
        post = world.posts.post(delivery.brand, delivery.post)
        if held is None or post is None:
            raise NotFound(delivery.id)
        if not is_held_back(held, pause, now):
            return problem("delivery_decided", account=held.account)
        if transitions.may_be_online(held):
            return problem("delivery_partly_out", account=held.account)  # a new version would be a second post
        slot = _slot(held, world, now)
        if slot is None:
            return problem("no_free_slot", account=held.account)
        made = decisions.moved_post(post, slot)
        content = made.content_for(held.account, held.network)
        ahead = world.networks[held.network].prepare_ahead(content)
        after = decisions.moved(_unmarked(held, pause), made, ahead, Precedence.SLOT)
        after = after.model_copy(update={"revision": held.revision + 1})
        told = event(EventName.POST_EDITED, held.brand, held.post, held.account, now, version=made.version, by=by)
        try:
            world.posts.edit(made, [after], [told])
        except Conflict:
            continue
        return after
    raise TryAgain(f"{delivery.id} changed {TRIES} times while it was being moved")


def _slot(delivery: Delivery, world: Steering, now: datetime) -> LocalTime | None:
    brand = world.brands.brand(delivery.brand)
    account = brand.account(delivery.account) if brand else None
    if brand is None or account is None:
        return None
    others = (one for one in world.posts.queue(brand.id, now - APART) if one.account == account.name)
    taken = [one.publish_at for one in others if one.id != delivery.id and one.state not in OVER]
    return next_slot(account, brand, taken, now)


def _let_go(pause: Pause, by: str, world: Steering, now: datetime) -> list[Delivery]:
    """Take this pause's mark off whatever carries it, cancelled since or not; give what leaves as planned.

    Each is read consistently: the listing may lag behind the mark, and behind the state it was put on in.
    """
    mark = pause.scope.mark

    def decide(held: Delivery) -> tuple[Delivery, Sequence[Event]] | Problem:
        if mark not in held.holds:
            return problem("delivery_not_held", account=held.account)
        told = event(EventName.DELIVERY_RELEASED, held.brand, held.post, held.account, now, mark=mark, by=by)
        return decisions.released(held, mark), [told]

    listed = [
        one
        for one in concerned(pause, world.posts, world.brands)
        if mark in one.holds or (one.state not in OVER and one.publish_at <= now + SOON)
    ]
    read = [world.posts.delivery(one.brand, one.post, one.account) for one in listed]
    changed = change_each([one for one in read if one is not None], decide, world.posts).changed
    return [one for one in changed if one.state is State.SCHEDULED]


def _unmarked(delivery: Delivery, pause: Pause) -> Delivery:
    return delivery.model_copy(update={"holds": delivery.holds - {pause.scope.mark}})
