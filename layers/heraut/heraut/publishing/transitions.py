"""How a delivery goes from one state to the next: pure functions of a delivery and an instant.

None of them writes; the store makes each change conditional on what was read.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.publishing.model import LEASE, MOST_ATTEMPTS, Attempt, Delivery, Prepared, State

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.networks.base import Begun, Preparation, Published
    from heraut.problems import Problem

EARLY = timedelta(seconds=15)  # a message this early waits for its instant; earlier, it goes back to the queue
LOOKS = (timedelta(seconds=35), timedelta(seconds=60), timedelta(seconds=90))
LAST_LOOK = timedelta(seconds=94)  # one more, when one of the three could not read: it may take 25 s, within 2 min
SLOW_CLOCKS = timedelta(seconds=60)  # a network's clock may be behind ours
REMINDERS = (timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=3))
LAST_REMINDER = timedelta(days=1)
UPLOADING = timedelta(seconds=60)
POSTPONE_LEAST, POSTPONE_MOST = timedelta(seconds=15), timedelta(minutes=5)


class Step(Enum):
    """What a worker does with a delivery it was pointed at."""

    DROP = auto()  # nothing: another message, or a person, has it
    COME_BACK = auto()  # too early
    EXPIRE = auto()
    ASK = auto()  # five attempts, or too late, and one of its attempts may be online
    PREPARE = auto()  # uploads are missing
    SEND = auto()
    LOOK = auto()
    REMIND = auto()


def next_step(delivery: Delivery, version: int, late: timedelta, now: datetime) -> Step:
    """Decide, from the table's state and not from the message, what is to be done at `now`."""
    match delivery.state:
        case State.SCHEDULED:
            return _step_of_scheduled(delivery, version, late, now)
        case State.SENDING:
            lease = delivery.lease_until
            return Step.LOOK if lease is None or lease <= now + EARLY else Step.DROP
        case State.UNCONFIRMED:
            return Step.LOOK if look_at(delivery) <= now + EARLY else Step.DROP
        case State.ASKING:
            reminded = delivery.network is NetworkName.BY_HAND and delivery.due_at is not None
            return Step.REMIND if reminded and _reminder_at(delivery) <= now + EARLY else Step.DROP
        case _:
            return Step.DROP


def _step_of_scheduled(delivery: Delivery, version: int, late: timedelta, now: datetime) -> Step:
    if delivery.version != version or delivery.holds:
        return Step.DROP
    too_late = Step.EXPIRE if delivery.doubt_since is None else Step.ASK
    if is_late(delivery, late, now):
        return too_late
    if delivery.attempts >= MOST_ATTEMPTS:
        return Step.ASK
    if delivery.earliest > now + EARLY:
        return Step.COME_BACK
    if is_late(delivery, late, delivery.earliest):
        return too_late  # before its instant comes, it will be
    return Step.PREPARE if needs_preparing(delivery, now) else Step.SEND


def is_late(delivery: Delivery, late: timedelta, now: datetime) -> bool:
    """Whether it is so far behind its promise that only a person may still send it."""
    return now > delivery.publish_at + late


def needs_preparing(delivery: Delivery, now: datetime) -> bool:
    """Whether its uploads are missing or no longer good."""
    if delivery.prepare_at is not None:
        return True
    prepared = delivery.prepared
    return prepared is not None and prepared.expires_at is not None and prepared.expires_at <= now


def is_being_prepared(delivery: Delivery, now: datetime) -> bool:
    """Whether somebody is uploading for it right now."""
    return delivery.preparing_until is not None and delivery.preparing_until > now


def preparing(delivery: Delivery, now: datetime) -> Delivery:
    """Somebody begins to upload: for a while nobody else does (an upload made twice costs, but harms nobody)."""
    return delivery.model_copy(update={"preparing_until": now + UPLOADING})


def published(delivery: Delivery, result: Published, at: datetime) -> Delivery:
    """It is online: the network answered, we found it, or a person said so."""
    return _over(
        delivery, state=State.PUBLISHED, remote_ids=result.remote_ids, url=result.url, published_at=at, problem=None
    )


def failed(delivery: Delivery, problem: Problem) -> Delivery:
    """The network said no, clearly; a person is told.

    That is no word about an earlier attempt whose outcome nobody knows: where there was one, a person is asked.
    """
    if may_be_online(delivery):
        return asking(delivery).model_copy(update={"problem": problem})
    return _over(delivery, state=State.FAILED, problem=problem)


def may_be_online(delivery: Delivery) -> bool:
    """Whether one of its attempts may be online, which nobody has denied since."""
    return delivery.doubt_since is not None and not delivery.vouched


def expired(delivery: Delivery) -> Delivery:
    """Too late to leave without a person's decision."""
    return _over(delivery, state=State.EXPIRED)


def postponed(delivery: Delivery, until: datetime, problem: Problem) -> Delivery:
    """Nothing was posted: it leaves by itself at `until`, and this was no attempt."""
    return delivery.model_copy(
        update={
            "state": State.SCHEDULED,
            "attempts": max(0, delivery.attempts - 1),
            "attempt": None,
            "lease_until": None,
            "not_before": until,
            "due_at": until,
            "problem": problem,
        }
    )


def held_back(delivery: Delivery, until: datetime, problem: Problem) -> Delivery:
    """Its account's network takes no more for now: nothing was tried, it leaves by itself when its turn comes."""
    return delivery.model_copy(update={"not_before": until, "due_at": until, "problem": problem})


def postpone_until(delivery: Delivery, now: datetime) -> datetime:
    """When to try a server again that could not be reached: the later it is already, the longer we wait."""
    behind = max(timedelta(0), now - delivery.publish_at)
    return now + min(POSTPONE_MOST, max(POSTPONE_LEAST, behind / 2))


def braked(delivery: Delivery, marks: frozenset[str]) -> Delivery:
    """The gate undone: a pause was declared while it was passing."""
    return delivery.model_copy(
        update={
            "state": State.SCHEDULED,
            "holds": delivery.holds | marks,
            "attempts": max(0, delivery.attempts - 1),
            "attempt": None,
            "lease_until": None,
            "due_at": None,
        }
    )


def doubtful(delivery: Delivery, problem: Problem) -> Delivery:
    """It may be online: never sent again blindly, read back at 35, 60 and 90 s."""
    attempt = attempt_of(delivery)
    first_look = attempt.started_at + LOOKS[0]
    attempt = attempt.model_copy(update={"problem": problem, "look_at": first_look})
    return delivery.model_copy(
        update={
            "state": State.UNCONFIRMED,
            "attempt": attempt,
            "lease_until": None,
            "due_at": first_look,
            "doubt_since": delivery.doubt_since or attempt.started_at,
            "vouched": False,
            "problem": problem,
        }
    )


def looked(delivery: Delivery, *, could_read: bool, now: datetime) -> Delivery:
    """One more read-back that did not find it; the attempt's `look_at` is the next one, None when none is left."""
    attempt = attempt_of(delivery)
    counter = "looks" if could_read else "blind_looks"
    attempt = attempt.model_copy(update={counter: getattr(attempt, counter) + 1})
    times = LOOKS + ((LAST_LOOK,) if attempt.blind_looks else ())
    coming = next((attempt.started_at + time for time in times if attempt.started_at + time > now), None)
    return delivery.model_copy(
        update={"attempt": attempt.model_copy(update={"look_at": coming}), "due_at": coming or now}
    )


def begun(delivery: Delivery, found: Begun) -> Delivery:
    """The first parts of its thread are online: whatever is decided, they are never sent again."""
    return delivery.model_copy(update={"remote_ids": found.remote_ids, "url": delivery.url or found.url})


def sent_again(delivery: Delivery, now: datetime) -> Delivery:
    """Read back as absent, and the network itself refuses a repeat: it leaves again at once."""
    due_at = None if delivery.holds else now
    return delivery.model_copy(update={"state": State.SCHEDULED, "attempt": None, "not_before": None, "due_at": due_at})


def asking(delivery: Delivery) -> Delivery:
    """Only a person can say; the machine does nothing more by itself."""
    return delivery.model_copy(update={"state": State.ASKING, "due_at": None, "lease_until": None})


def handed_over(delivery: Delivery, attempt: Attempt) -> Delivery:
    """By hand: a person publishes it now and says so; silence reminds."""
    return delivery.model_copy(
        update={"state": State.ASKING, "attempt": attempt, "due_at": attempt.started_at + REMINDERS[0]}
    )


def reminded(delivery: Delivery) -> Delivery:
    """One more reminder was sent; the next one is later."""
    attempt = attempt_of(delivery).model_copy(update={"looks": attempt_of(delivery).looks + 1})
    later = delivery.model_copy(update={"attempt": attempt})
    return later.model_copy(update={"due_at": _reminder_at(later)})


def prepared(delivery: Delivery, result: Preparation) -> Delivery:
    """Its uploads are done (due at its own instant) or still worked on (due for the next look)."""
    update: dict[str, object] = {
        "prepared": Prepared(version=delivery.version, remote=dict(result.remote), expires_at=result.expires_at),
        "prepare_at": result.look_at,
        "preparing_until": None,
        "due_at": result.look_at or delivery.earliest,
        "problem": None,
    }
    return delivery.model_copy(update=update)


def unprepared(delivery: Delivery, now: datetime) -> Delivery:
    """What was uploaded ahead is gone: upload again at once, then send."""
    return delivery.model_copy(update={"prepared": None, "prepare_at": now})


def prepare_later(delivery: Delivery, until: datetime, problem: Problem) -> Delivery:
    """The upload could not be made now; nothing is lost, it is tried again."""
    update = {"prepare_at": until, "preparing_until": None, "due_at": until, "problem": problem}
    return delivery.model_copy(update=update)


def what_it_answers(delivery: Delivery) -> dict[str, str]:
    """Give what the event of its publication says of the interaction that it answers; nothing of any other post."""
    return {"answers": delivery.answers} if delivery.answers else {}


def lease_is_over(delivery: Delivery, now: datetime) -> bool:
    """Whether the worker that was sending it is dead (a worker lives at most as long as its lease)."""
    return delivery.lease_until is None or delivery.lease_until <= now


def look_at(delivery: Delivery) -> datetime:
    """When the next read-back is; at once when the plan of looks is used up but no decision was written."""
    attempt = attempt_of(delivery)
    return attempt.look_at or attempt.started_at


def last_acceptance(attempt: Attempt) -> datetime:
    """The last instant at which the network may have accepted this attempt."""
    return attempt.started_at + LEASE + SLOW_CLOCKS


def attempt_of(delivery: Delivery) -> Attempt:
    """Give the attempt under way; there is one wherever the gate was passed."""
    if delivery.attempt is None:
        msg = f"{delivery.id} is {delivery.state} without an attempt"
        raise ValueError(msg)
    return delivery.attempt


def _reminder_at(delivery: Delivery) -> datetime:
    attempt = attempt_of(delivery)
    done = attempt.looks
    if done < len(REMINDERS):
        return attempt.started_at + REMINDERS[done]
    return attempt.started_at + REMINDERS[-1] + LAST_REMINDER * (done - len(REMINDERS) + 1)


def _over(delivery: Delivery, **update: object) -> Delivery:
    return delivery.model_copy(update={"lease_until": None, "due_at": None, "not_before": None} | update)
