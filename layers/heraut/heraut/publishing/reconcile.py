"""Read back what went out since a backup was made, so that a restored table sends nothing twice.

Account by account, repeatable, and safe to break off: each delivery is one conditional change. Nothing is decided to
leave: what is found is published, what is not is a person's question. Only when every account was read are the posts
at home in their table, and the tick goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.errors import NetworkError, NotFound
from heraut.events import EventName, event
from heraut.networks.base import Begun, Published, Window
from heraut.problems import problem
from heraut.publishing import transitions
from heraut.publishing.model import OVER, State
from heraut.publishing.world import account_of, job_of, post_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from heraut.publishing.model import Delivery
    from heraut.publishing.world import World

log = logging.getLogger(__name__)
UNDER_WAY = frozenset({State.SENDING, State.UNCONFIRMED})


class Verdict(StrEnum):
    """What became of one delivery."""

    FOUND = "found"  # it is online: published
    ABSENT = "absent"  # it is not: a person says whether it still leaves
    UNREAD = "unread"  # nobody can say: a person looks
    BY_HAND = "by_hand"  # a person publishes there, and knows


@dataclass(frozen=True)
class Read:
    """One delivery, read back."""

    delivery: Delivery
    verdict: Verdict


@dataclass(frozen=True)
class AccountRead:
    """One account, read back: what stood there that may have gone out, the oldest promise first."""

    brand: str
    account: str
    read: tuple[Read, ...]


def reconcile(world: World, brands: Sequence[str] | None = None) -> Iterator[AccountRead]:
    """Read back every account of every brand (of `brands`, ids), one at a time, and settle once all were read.

    Raises Conflict when somebody changed a delivery meanwhile, TryAgain when our own tables did not answer: what was
    read stays read, and the next run goes on. Nothing is settled where only some brands were asked for.
    """
    every = [brand.id for brand in world.brands.every_brand()] if brands is None else brands
    for brand in every:
        listed = [one for one in world.posts.queue(brand) if one.state is not State.CANCELLED]
        configured = world.brands.brand(brand)
        accounts = {one.name for one in configured.accounts} if configured else set()
        for account in sorted(accounts | {one.account for one in listed}):
            yield _account(brand, account, [one for one in listed if one.account == account], world)
    if brands is None:
        world.posts.settle()


def may_have_left(delivery: Delivery, now: datetime) -> bool:
    """Whether it may be online although its delivery does not say so."""
    return delivery.state not in OVER and (delivery.state in UNDER_WAY or delivery.publish_at <= now)


def _account(brand: str, account: str, listed: Sequence[Delivery], world: World) -> AccountRead:
    now = world.clock.now()
    taken = {remote_id for one in listed for remote_id in one.remote_ids}
    read = []
    for hint in sorted(listed, key=lambda one: (one.publish_at, one.id)):
        delivery = world.posts.delivery(brand, hint.post, account)  # the listing may lag
        if delivery is None or not may_have_left(delivery, now):
            continue
        found = _read(delivery, taken, world)
        after = found if isinstance(found, Verdict) else _write_found(delivery, found, world)
        if isinstance(found, Published):
            taken |= set(found.remote_ids)
        read.append(Read(delivery, after))
    return AccountRead(brand, account, tuple(read))


def _read(delivery: Delivery, taken: set[str], world: World) -> Verdict | Published | Begun | None:
    if delivery.network is NetworkName.BY_HAND:
        return Verdict.BY_HAND
    adapter = world.networks[delivery.network]
    if not adapter.reads_back:
        return _write_unread(delivery, world)
    try:
        brand, account = account_of(world, delivery)
        job = job_of(world, delivery, brand, account, post_of(world, delivery))
        return adapter.find(job, _window(delivery, world.clock.now()), frozenset(taken - set(delivery.remote_ids)))
    except (NetworkError, NotFound):
        log.warning("could not read back %s", delivery.id, exc_info=True)
        return _write_unread(delivery, world)


def _window(delivery: Delivery, now: datetime) -> Window:
    """From its promise, or its first attempt, until now: nobody knows when it left, nor how often it was tried."""
    started = delivery.attempt.started_at if delivery.attempt else delivery.publish_at
    since = min(delivery.publish_at, started, delivery.doubt_since or started)
    return Window(since=since - transitions.SLOW_CLOCKS, until=now)


def _write_found(delivery: Delivery, found: Published | Begun | None, world: World) -> Verdict:
    now = world.clock.now()
    if isinstance(found, Published):
        at = found.at or delivery.publish_at
        lateness = round((at - delivery.publish_at).total_seconds() * 1000)
        after = transitions.published(delivery, found, at)
        told = transitions.what_it_answers(delivery)
        _change(delivery, after, EventName.PUBLISHED, world, url=found.url, lateness_ms=lateness, how="found", **told)
        return Verdict.FOUND
    if isinstance(found, Begun):
        return _write_unread(transitions.begun(delivery, found), world, before=delivery)
    if delivery.state in UNDER_WAY or transitions.may_be_online(delivery):
        return _write_unread(delivery, world, verdict=Verdict.ABSENT)
    if delivery.state is State.SCHEDULED and not delivery.holds:
        late_by = max(0, round((now - delivery.publish_at).total_seconds()))
        # It may have been edited since the backup, and gone out in words that nobody knows here any more.
        after = transitions.expired(delivery).model_copy(update={"problem": problem("restored_absent")})
        _change(delivery, after, EventName.EXPIRED, world, late_by_s=late_by)
    return Verdict.ABSENT


def _write_unread(
    delivery: Delivery, world: World, verdict: Verdict = Verdict.UNREAD, before: Delivery | None = None
) -> Verdict:
    """Let a person look, unless one is asked already."""
    if delivery.state in UNDER_WAY or (delivery.state is State.SCHEDULED and not delivery.holds):
        why = problem("restored_unread")
        after = transitions.asking(delivery).model_copy(update={"problem": why})
        started = (delivery.attempt.started_at if delivery.attempt else delivery.publish_at).isoformat()
        _change(before or delivery, after, EventName.ASKING, world, started_at=started, problem=why.model_dump())
    return verdict


def _change(before: Delivery, after: Delivery, name: EventName, world: World, **fields: object) -> None:
    attempt = before.attempt.number if before.attempt else None
    said = event(name, before.brand, before.post, before.account, world.clock.now(), attempt=attempt, **fields)
    world.posts.change(before, after, [said])
