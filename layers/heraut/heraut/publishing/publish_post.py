"""Make the one final call of a delivery, exactly once: the worker behind the queue.

Nobody calls a network without having passed the gate. After the gate nothing is raised:
what happens next is in the table, and recovery is the due index, not redelivery.
"""

from __future__ import annotations

import logging
import math
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.brands import NetworkName, newer_secret
from heraut.errors import (
    Conflict,
    CredentialsExpired,
    HerautError,
    NetworkError,
    NotFound,
    NotReady,
    NotReconciled,
    PreparationLost,
    RateLimited,
    Refused,
    TryAgain,
    Unreachable,
)
from heraut.events import EventName, event
from heraut.networks.base import Published, Window
from heraut.problems import problem
from heraut.publishing import pacing, transitions
from heraut.publishing.dispatch_posts import LONGEST_DELAY, delay_until
from heraut.publishing.model import LEASE, MOST_ATTEMPTS, Attempt, State
from heraut.publishing.pacing import Bucket
from heraut.publishing.refusals import told_of_refusal
from heraut.publishing.remember_pace import remember_pace
from heraut.publishing.store import DeliveryMessage
from heraut.publishing.transitions import Step
from heraut.publishing.world import account_of, job_of, late_of, post_of

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.events import Event
    from heraut.networks.base import Begun, Job, Publishes
    from heraut.problems import Problem
    from heraut.publishing.model import Delivery
    from heraut.publishing.pacing import Pace
    from heraut.publishing.world import World

log = logging.getLogger(__name__)

SOONEST, SLOWEST = 5, 300  # seconds until a message is tried again when our tables are slow
BRAKE_READ = 3  # times, where pauses come and go at this very moment
PREPARING_AGAIN = 5  # seconds between two looks at whether the uploads are done
NEIGHBOURS = timedelta(days=1)  # other deliveries of the account whose remote ids are not ours


def publish_post(message: DeliveryMessage, world: World) -> str:
    """Do what the delivery's state asks for, and say in a word what was done (for the log).

    Raises TryAgain only when neither our tables nor the queue could answer: the queue brings the message back.
    """
    try:
        delivery, pace = world.posts.delivery_and_pace(message.brand, message.post, message.account, Bucket.POSTS)
        return "unknown" if delivery is None else _act(delivery, pace, message, world)
    except Conflict:
        return "somebody else was first"
    except NotReconciled:
        return "restored"  # nothing is decided on what a backup says; the tick brings it back once it was read back
    except TryAgain:
        # Before the gate: nothing was called. A new message comes sooner than the queue's own repeat.
        now = world.clock.now()
        delay = min(SLOWEST, max(SOONEST, round((now - message.at).total_seconds() / 2)))
        if world.outbox.publish_later([(message, delay)]):
            raise
        return "later"


def _act(delivery: Delivery, pace: Pace | None, message: DeliveryMessage, world: World) -> str:
    now = world.clock.now()
    late = late_of(world, delivery)
    step = transitions.next_step(delivery, message.version, late, now)
    match step:
        case Step.DROP:
            pass
        case Step.COME_BACK:
            _come_back(delivery, delivery.earliest, world)
        case Step.PREPARE:
            _prepare_first(delivery, now, world)
        case Step.EXPIRE:
            late_by = round((now - delivery.publish_at).total_seconds())
            _change(delivery, transitions.expired(delivery), world, EventName.EXPIRED, late_by_s=late_by)
        case Step.ASK:
            tired = delivery.attempts >= MOST_ATTEMPTS
            why = problem("too_many_attempts", attempts=delivery.attempts) if tired else None
            return _ask(delivery, world, why=why)
        case Step.SEND:
            turn = _turn(delivery, pace, late, max(now, delivery.earliest), world)
            return _send(delivery, world) if turn is None else _hold_back(delivery, turn, world)
        case Step.LOOK:
            return _look(delivery, world)
        case Step.REMIND:
            _remind(delivery, world)
    return step.name.lower()


def _prepare_first(delivery: Delivery, now: datetime, world: World) -> None:
    """Start the uploads, unless somebody is at it or they are to wait, and look again when they may be done."""
    again = _message(delivery, delivery.earliest)
    begin = max(now, delivery.prepare_at or now)
    if begin == now and not transitions.is_being_prepared(delivery, now):
        world.outbox.prepare_now(again)
    wait = math.ceil((begin - now).total_seconds())
    world.outbox.publish_later([(again, min(LONGEST_DELAY, max(PREPARING_AGAIN, wait)))])


def _turn(delivery: Delivery, pace: Pace | None, late: timedelta, at: datetime, world: World) -> datetime | None:
    """Say until when the network's limits hold back what would leave at `at`; None: it may leave then."""
    if pace is None or pace.resets_at <= at or delivery.network is NetworkName.BY_HAND:
        return None
    near = world.posts.queue(delivery.brand, *pacing.line_of(pace, late, at))
    return pacing.turn(delivery, near, pace, late, at)


def _hold_back(delivery: Delivery, until: datetime, world: World) -> str:
    """Let the account's others go first, before the gate: nothing was tried."""
    why = problem("account_waits")
    _leave_later(delivery, transitions.held_back(delivery, until, why), until, why, world)
    return "held back"


def _send(delivery: Delivery, world: World) -> str:
    try:
        brand, account = account_of(world, delivery)
    except NotFound:
        return _fail(delivery, problem("account_removed", account=delivery.account), world)
    job = job_of(world, delivery, brand, account, post_of(world, delivery))
    adapter = world.networks[delivery.network]
    world.clock.sleep_until(delivery.earliest)
    now = world.clock.now()
    attempt = Attempt(id=uuid.uuid4().hex, number=delivery.attempts + 1, started_at=now)
    if delivery.network is NetworkName.BY_HAND:
        return _hand_over(delivery, attempt, world)
    if transitions.may_be_online(delivery) and not _repeat_is_safe(delivery, job, adapter, now):
        return _look_or_ask(delivery, job, adapter, world)
    gate = world.posts.pass_gate(delivery, attempt, now)
    if not gate.passed:
        return "gate closed"
    try:
        held = gate.delivery  # what was read before the gate may be old: another worker may have sent a part since
        job = replace(job, prepared=held.prepared, done=held.remote_ids)
        return _past_the_gate(held, job, adapter, world)
    except (Conflict, TryAgain) as lost:
        # What the network did is not written: the lease runs out and the next look reads it back.
        return f"not written: {type(lost).__name__}"


def _past_the_gate(delivery: Delivery, job: Job, adapter: Publishes, world: World) -> str:
    stopped = _braked(delivery, world)
    if stopped is not None:
        return stopped
    parts = _Parts(delivery, job.content.messages, world)
    try:
        result = adapter.publish(job, parts.accepted, world.clock.now())
    except Exception as error:  # noqa: BLE001 -- past the gate nothing is raised: what follows is written in the table
        return _after_error(parts.delivery, error, job, world)
    said = _publish(parts.delivery, result, "answered", world)
    remember_pace(world.posts, delivery, Bucket.POSTS, result.allowance, world.clock.now())
    return said


def _braked(delivery: Delivery, world: World) -> str | None:
    """Undo the gate if a pause is on, or if that could not be read; None: go on.

    The mark is written only while its pause is on: one that ends meanwhile would leave it there for good.
    """
    for _ in range(BRAKE_READ):
        try:
            marks = world.posts.brakes(delivery.brand, delivery.account)
        except TryAgain:
            until = transitions.postpone_until(delivery, world.clock.now())
            return _postpone(delivery, until, problem("brake_not_read"), world)
        if not marks:
            return None
        said = ", ".join(sorted(marks))
        held = event(
            EventName.DELIVERY_HELD,
            delivery.brand,
            delivery.post,
            delivery.account,
            world.clock.now(),
            mark=said,
            by="",
        )
        try:
            world.posts.change(delivery, transitions.braked(delivery, marks), [held], while_paused=marks)
        except Conflict:
            continue
        return "braked"
    return _postpone(
        delivery, transitions.postpone_until(delivery, world.clock.now()), problem("brake_not_read"), world
    )


def _after_error(delivery: Delivery, error: Exception, job: Job, world: World) -> str:
    match error:
        case RateLimited() | Unreachable():
            return _not_posted(delivery, error, job.account.late, world)
        case CredentialsExpired() if newer_secret(world.secrets, job.brand, job.account.name, job.secret):
            return _postpone(delivery, world.clock.now(), error.problem, world)  # leaves again at once, with that one
        case Refused() | CredentialsExpired():
            return _fail(delivery, error.problem, world)
        case NetworkError():
            return _doubt(delivery, error.problem, world)
        case _:
            log.error("the call of %s broke off", delivery.id, exc_info=error)
            return _doubt(delivery, problem("no_clear_answer"), world)


def _not_posted(delivery: Delivery, error: RateLimited | Unreachable, late: timedelta, world: World) -> str:
    """Surely nothing was posted: it leaves later by itself, and this was no attempt."""
    now = world.clock.now()
    match error:
        case NotReady():
            until = error.until
        case RateLimited():
            pace = remember_pace(world.posts, delivery, Bucket.POSTS, error.allowance, now)
            until = _turn_after(delivery, error.until, pace, late, world)
        case PreparationLost():
            delivery, until = transitions.unprepared(delivery, now), now
        case _:
            until = transitions.postpone_until(delivery, now)
    return _postpone(delivery, until, error.problem, world)


def _turn_after(delivery: Delivery, until: datetime, pace: Pace | None, late: timedelta, world: World) -> datetime:
    """Say when one that the network refused for now has its turn: when the network said, if the line cannot be read."""
    until = min(until, pacing.too_late(delivery, late))
    try:
        return _turn(delivery, pace, late, world.clock.now(), world) or until
    except HerautError:  # after the gate nothing is raised
        log.warning("the line of %s/%s could not be read", delivery.brand, delivery.account, exc_info=True)
        return until


class _Parts:
    """Writes each accepted part of a thread (a first comment is one more) before the next one is sent."""

    def __init__(self, delivery: Delivery, parts: int, world: World) -> None:
        self.delivery = delivery
        self._parts = parts
        self._world = world

    def accepted(self, remote_id: str) -> None:
        """Keep the id; of the last part it is written with the outcome."""
        after = self.delivery.model_copy(update={"remote_ids": (*self.delivery.remote_ids, remote_id)})
        if len(after.remote_ids) < self._parts:
            try:
                self.delivery = _change(self.delivery, after, self._world)
            except TryAgain:
                # The thread goes on: the outcome is written at its end, or read back from the network.
                self.delivery = after


def _publish(delivery: Delivery, result: Published, how: str, world: World) -> str:
    at = (result.at if how == "found" else None) or world.clock.now()
    after = transitions.published(delivery, result, at)
    lateness = round((at - delivery.publish_at).total_seconds() * 1000)
    told = transitions.what_it_answers(delivery)
    _change(delivery, after, world, EventName.PUBLISHED, url=result.url, lateness_ms=lateness, how=how, **told)
    return "published"


def _postpone(delivery: Delivery, until: datetime, why: Problem, world: World) -> str:
    after = transitions.postponed(delivery, until, why)
    _leave_later(delivery, after, until, why, world)
    return "postponed"


def _leave_later(before: Delivery, after: Delivery, until: datetime, why: Problem, world: World) -> None:
    fields = {"until": until.isoformat(), "problem": why.model_dump()}
    written = _change(before, after, world, EventName.ATTEMPT_POSTPONED, **fields)
    _come_back(written, until, world)


def _fail(delivery: Delivery, why: Problem, world: World) -> str:
    after = transitions.failed(delivery, why)
    name, fields = told_of_refusal(after, why)
    _change(delivery, after, world, name, **fields)
    return after.state.value


def _doubt(delivery: Delivery, why: Problem, world: World) -> str:
    after = transitions.doubtful(delivery, why)
    written = _change(delivery, after, world, EventName.OUTCOME_UNKNOWN, problem=why.model_dump())
    _come_back(written, transitions.look_at(written), world)
    return "unconfirmed"


def _hand_over(delivery: Delivery, attempt: Attempt, world: World) -> str:
    stopped = _braked(delivery, world)
    if stopped is not None:
        return stopped
    _change(delivery, transitions.handed_over(delivery, attempt), world, EventName.HANDOVER_DUE)
    return "handed over"


def _remind(delivery: Delivery, world: World) -> None:
    after = transitions.reminded(delivery)
    reminders = transitions.attempt_of(after).looks
    _change(delivery, after, world, EventName.HANDOVER_REMINDED, reminders=reminders)


def _look(delivery: Delivery, world: World) -> str:
    if delivery.state is State.SENDING:
        if delivery.lease_until is not None:
            world.clock.sleep_until(delivery.lease_until)
        dead = problem("worker_died")
        delivery = _change(
            delivery,
            transitions.doubtful(delivery, dead),
            world,
            EventName.OUTCOME_UNKNOWN,
            problem=dead.model_dump(),
        )
    world.clock.sleep_until(transitions.look_at(delivery))
    adapter = world.networks[delivery.network]
    if not adapter.reads_back:
        return _ask(delivery, world)
    try:
        brand, account = account_of(world, delivery)
        post = post_of(world, delivery)
    except NotFound:  # nothing to read back with, or nothing to compare with
        return _ask(delivery, world)
    job = job_of(world, delivery, brand, account, post)
    try:
        found = adapter.find(job, _window(delivery), _taken(delivery, account.late, world))
    except Exception:  # whatever it was, this look proves nothing; the next one may
        log.exception("could not read back %s", delivery.id)
        return _look_again(delivery, job, adapter, world, could_read=False)
    if isinstance(found, Published):
        return _publish(delivery, found, "found", world)
    return _look_again(delivery, job, adapter, world, could_read=True, begun=found)


def _look_again(
    delivery: Delivery, job: Job, adapter: Publishes, world: World, *, could_read: bool, begun: Begun | None = None
) -> str:
    now = world.clock.now()
    after = transitions.looked(delivery, could_read=could_read, now=now)
    if begun is not None:
        after = transitions.begun(after, begun)
    if transitions.attempt_of(after).look_at is not None:
        written = _change(delivery, after, world)
        _come_back(written, transitions.look_at(written), world)
        return "not found yet"
    in_time = not transitions.is_late(delivery, job.account.late, now)
    if transitions.attempt_of(after).looks and in_time and _repeat_is_safe(delivery, job, adapter, now):
        again = transitions.sent_again(after, now)
        written = _change(delivery, again, world, EventName.SENT_AGAIN)
        _come_back(written, now, world)
        return "sent again"
    return _ask(delivery, world, after)


def _look_or_ask(delivery: Delivery, job: Job, adapter: Publishes, world: World) -> str:
    """It was to be repeated, and waited (a hold, a pause, a limit) until a repeat would be a second post."""
    since = delivery.doubt_since or world.clock.now()
    window = Window(since - transitions.SLOW_CLOCKS, world.clock.now() + transitions.SLOW_CLOCKS)
    try:
        found = adapter.find(job, window, _taken(delivery, job.account.late, world))
    except Exception:  # whatever it was, nobody can say: a person is asked now, not when it is too late
        log.exception("could not read back %s", delivery.id)
        found = None
    if isinstance(found, Published):
        return _publish(delivery, found, "found", world)
    return _ask(delivery, world, transitions.begun(delivery, found) if found is not None else None)


def _repeat_is_safe(delivery: Delivery, job: Job, adapter: Publishes, now: datetime) -> bool:
    """Whether the network itself still refuses a repeat of the first doubtful attempt, a whole call from now."""
    safe_for = adapter.repeat_is_safe(job)
    since = delivery.doubt_since
    return safe_for is not None and since is not None and now + LEASE < since + safe_for


def _ask(delivery: Delivery, world: World, looked: Delivery | None = None, why: Problem | None = None) -> str:
    started = delivery.attempt.started_at if delivery.attempt else delivery.doubt_since
    said = {"started_at": started.isoformat()} if started else {}
    after = transitions.asking(looked or delivery)
    _change(delivery, after.model_copy(update={"problem": why or after.problem}), world, EventName.ASKING, **said)
    return "asking"


def _window(delivery: Delivery) -> Window:
    since = delivery.doubt_since or transitions.attempt_of(delivery).started_at
    return Window(
        since=since - transitions.SLOW_CLOCKS, until=transitions.last_acceptance(transitions.attempt_of(delivery))
    )


def _taken(delivery: Delivery, late: timedelta, world: World) -> frozenset[str]:
    """Give the remote ids of whatever the account may have published while this one was tried."""
    tried = delivery.doubt_since or transitions.attempt_of(delivery).started_at
    first, last = sorted((delivery.publish_at, tried))
    near = world.posts.queue(delivery.brand, first - max(late, NEIGHBOURS), last + NEIGHBOURS)
    return frozenset(
        remote_id
        for other in near
        if other.account == delivery.account and other.id != delivery.id
        for remote_id in other.remote_ids
    )


def _change(
    before: Delivery, after: Delivery, world: World, name: EventName | None = None, **fields: object
) -> Delivery:
    """Write one change with its event and give the delivery as it now is."""
    events: list[Event] = []
    if name is not None:
        attempt = before.attempt.number if before.attempt else None
        events = [event(name, before.brand, before.post, before.account, world.clock.now(), attempt=attempt, **fields)]
    world.posts.change(before, after, events)
    return after.model_copy(update={"revision": before.revision + 1})


def _come_back(delivery: Delivery, at: datetime, world: World) -> None:
    """Queue the next look; if the queue does not take it, the tick finds the delivery by its `due_at`."""
    world.outbox.publish_later([(_message(delivery, at), delay_until(at, world.clock.now()))])


def _message(delivery: Delivery, at: datetime) -> DeliveryMessage:
    return DeliveryMessage(
        brand=delivery.brand, post=delivery.post, account=delivery.account, version=delivery.version, at=at
    )
