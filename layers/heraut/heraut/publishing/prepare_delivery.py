"""Upload ahead what a delivery needs, so that at its second only the final call is left.

Repeatable: what is uploaded is saved with its expiry. It never publishes and never waits for a network.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from heraut.brands import NetworkName, use_secret
from heraut.errors import Conflict, CredentialsExpired, NetworkError, NotFound, NotReconciled, RateLimited, Refused
from heraut.events import EventName, event
from heraut.problems import problem
from heraut.publishing import pacing, transitions
from heraut.publishing.dispatch_posts import dispatch_now
from heraut.publishing.model import State
from heraut.publishing.pacing import Bucket
from heraut.publishing.refusals import told_of_refusal
from heraut.publishing.remember_pace import remember_pace
from heraut.publishing.world import account_of, job_of, late_of, post_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from heraut.events import Event
    from heraut.networks.base import Job, Preparation
    from heraut.problems import Problem
    from heraut.publishing.model import Delivery
    from heraut.publishing.pacing import Pace
    from heraut.publishing.store import DeliveryMessage
    from heraut.publishing.world import MediaWorld


def prepare_delivery(message: DeliveryMessage, world: MediaWorld) -> str:
    """Upload for one delivery, and say in a word what was done (for the log).

    Raises TryAgain when our own tables or buckets could not answer: the invocation is repeated.
    """
    try:
        delivery, pace = world.posts.delivery_and_pace(message.brand, message.post, message.account, Bucket.UPLOADS)
    except NotReconciled:
        return "restored"
    now = world.clock.now()
    if delivery is None or not _wants_uploads(delivery, message.version, now):
        return "nothing to prepare"
    try:
        turn = _turn(delivery, pace, world, now)
        if turn is not None:
            return _hold_back(delivery, turn, world)
        delivery = _taken(delivery, world, now)
        after, name, fields = _prepare(delivery, world, now)
        world.posts.change(delivery, after, _events(delivery, name, world.clock.now(), fields))
    except Conflict:
        return "somebody else was first"
    written = after.model_copy(update={"revision": delivery.revision + 1})
    if written.state is State.SCHEDULED and written.prepare_at is None:
        dispatch_now([written], world.posts, world.outbox, world.clock.now())
    return name.value if name else "later"


def _turn(delivery: Delivery, pace: Pace | None, world: MediaWorld, now: datetime) -> datetime | None:
    """Say until when the network's limits hold back uploads that would begin now; None: they may begin."""
    if pace is None or pace.resets_at <= now or delivery.network is NetworkName.BY_HAND:
        return None
    return pacing.upload_turn(delivery, pace, late_of(world, delivery), now)


def _hold_back(delivery: Delivery, until: datetime, world: MediaWorld) -> str:
    if delivery.prepare_at != until:
        world.posts.change(delivery, transitions.prepare_later(delivery, until, problem("account_waits")))
    return "held back"


def _taken(delivery: Delivery, world: MediaWorld, now: datetime) -> Delivery:
    """Say that we are at it; Conflict when somebody else was first."""
    after = transitions.preparing(delivery, now)
    world.posts.change(delivery, after)
    return after.model_copy(update={"revision": delivery.revision + 1})


def _wants_uploads(delivery: Delivery, version: int, now: datetime) -> bool:
    return (
        delivery.state is State.SCHEDULED
        and delivery.version == version
        and not delivery.holds
        and transitions.needs_preparing(delivery, now)
        and not transitions.is_being_prepared(delivery, now)
    )


def _prepare(
    delivery: Delivery, world: MediaWorld, now: datetime
) -> tuple[Delivery, EventName | None, dict[str, object]]:
    if delivery.network is NetworkName.BY_HAND:
        # While a pause is on nobody is told to get ready; the message of its minute waits at the gate.
        paused = world.posts.brakes(delivery.brand, delivery.account)
        return _handed_ahead(delivery), None if paused else EventName.HANDOVER_AHEAD, {}
    try:
        brand, account = account_of(world, delivery)
        job = job_of(world, delivery, brand, account, post_of(world, delivery))
        result = _uploaded(job, world, now)
    except NotFound:
        return _failed(delivery, problem("account_removed", account=delivery.account))
    except (Refused, CredentialsExpired) as refused:
        return _failed(delivery, refused.problem)
    except RateLimited as limited:
        told = remember_pace(world.posts, delivery, Bucket.UPLOADS, limited.allowance, world.clock.now())
        until = _turn(delivery, told, world, world.clock.now()) or limited.until
        return transitions.prepare_later(delivery, until, limited.problem), None, {}
    except NetworkError as error:
        # An upload whose outcome is unknown harms nobody: it is made again.
        until = transitions.postpone_until(delivery, world.clock.now())
        return transitions.prepare_later(delivery, until, error.problem), None, {}
    remember_pace(world.posts, delivery, Bucket.UPLOADS, result.allowance, world.clock.now())
    after = transitions.prepared(delivery, result)
    warnings = [found.model_dump() for found in result.problems]
    return after, None if result.look_at else EventName.MEDIA_PREPARED, {"warnings": warnings}


def _uploaded(job: Job, world: MediaWorld, now: datetime) -> Preparation:
    adapter = world.networks[job.account.network]

    def upload(secret: Mapping[str, str]) -> Preparation:
        return adapter.prepare(replace(job, secret=secret), lambda media: world.media.read(media.key), now)

    if not adapter.secret_fields:
        return upload({})
    return use_secret(world.secrets, job.brand, job.account.name, upload)


def _handed_ahead(delivery: Delivery) -> Delivery:
    return delivery.model_copy(update={"prepare_at": None, "due_at": delivery.earliest})


def _failed(delivery: Delivery, why: Problem) -> tuple[Delivery, EventName, dict[str, object]]:
    after = transitions.failed(delivery, why)
    return after, *told_of_refusal(after, why)


def _events(delivery: Delivery, name: EventName | None, at: datetime, fields: dict[str, object]) -> list[Event]:
    return [event(name, delivery.brand, delivery.post, delivery.account, at, **fields)] if name else []
