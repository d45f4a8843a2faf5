"""What a person's decision makes of a delivery: pure functions, each gives the delivery as it will be.

`transitions` holds what the machine decides by itself. None of them writes; the store makes each change conditional on
what was read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from heraut.brands import NetworkName
from heraut.links import Action
from heraut.local_time import LocalTime, on_the_wall, written
from heraut.networks.base import Published
from heraut.publishing import transitions
from heraut.publishing.model import MOST_ATTEMPTS, WAITING, Delivery, Post, Precedence, State

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_OPEN = {
    Action.IS_ONLINE: frozenset({State.ASKING, State.FAILED}),
    Action.SEND_AGAIN: frozenset({State.ASKING}),
    Action.PUBLISH_NOW: frozenset({State.FAILED, State.EXPIRED}),
    Action.NEXT_SLOT: frozenset({State.FAILED, State.EXPIRED}),
    Action.DROP: frozenset({State.FAILED, State.EXPIRED, State.TO_APPROVE}),
    Action.APPROVE: frozenset({State.TO_APPROVE}),
}
# By hand there is no doubt to resolve: a person may say it is done ahead of its minute, or that it will not be.
_OPEN_BY_HAND = {
    Action.IS_ONLINE: frozenset({State.SCHEDULED, State.ASKING, State.FAILED, State.EXPIRED}),
    Action.SEND_AGAIN: frozenset[State](),
    Action.DROP: frozenset({State.FAILED, State.EXPIRED, State.TO_APPROVE, State.ASKING}),
}


def is_by_hand(delivery: Delivery) -> bool:
    """Whether a person publishes it."""
    return delivery.network is NetworkName.BY_HAND


def is_open(action: Action, delivery: Delivery, version: int | None, attempt: str | None) -> bool:
    """Whether a link made for this version and attempt may still decide."""
    by_hand = is_by_hand(delivery)
    states = _OPEN | (_OPEN_BY_HAND if by_hand else {})
    same_attempt = by_hand or attempt == (delivery.attempt.id if delivery.attempt else None)
    opens = states.get(action, frozenset())
    if action is Action.DROP and delivery.unagreed and delivery.may_change:
        opens |= WAITING
    return delivery.version == version and same_attempt and delivery.state in opens


def online(delivery: Delivery, url: str | None, now: datetime) -> Delivery:
    """A person says it is online: since the doubtful call began, or since now when a person published it."""
    doubtful = delivery.state is State.ASKING and not is_by_hand(delivery)
    at = delivery.attempt.started_at if doubtful and delivery.attempt else now
    return transitions.published(delivery, Published(delivery.remote_ids, url or delivery.url), at)


def sent_again(delivery: Delivery, now: datetime) -> Delivery:
    """A person says it is not online: it leaves again now, as the same version, so that networks still know a repeat.

    The attempts are kept, but for one that lets it leave when there were five: a person decided.
    """
    after = transitions.sent_again(delivery, now)
    return after.model_copy(
        update={
            "publish_at": now,
            "local": written_minute(now, delivery.zone),
            "attempts": min(delivery.attempts, MOST_ATTEMPTS - 1),
            "lease_until": None,
            "vouched": True,
        }
    )


def dropped(delivery: Delivery) -> Delivery:
    """It will not be published."""
    return delivery.model_copy(update={"state": State.CANCELLED, "due_at": None, "lease_until": None})


def moved_post(post: Post, to: LocalTime) -> Post:
    """Give the next version of a post, the same in everything but its time."""
    return post.model_copy(
        update={
            "version": post.version + 1,
            "publish_at": to.instant,
            "local": to.local,
            "zone": to.zone,
            "tzdata": to.tzdata,
        }
    )


def next_post(post: Post) -> Post:
    """Give the next version of a post, the same in everything."""
    return post.model_copy(update={"version": post.version + 1})


def moved(
    delivery: Delivery, post: Post, ahead: timedelta | None, precedence: Precedence = Precedence.EXACT
) -> Delivery:
    """It leaves at the time of this new version of its post, uploads begun `ahead` of it (None: nothing to upload).

    `precedence` says whether a person gave that time, or a slot. The parts of a thread that are online stay so: only
    the others leave.
    """
    return _scheduled(
        delivery.model_copy(
            update={
                "version": post.version,
                "publish_at": post.publish_at,
                "precedence": precedence,
                "local": post.local,
                "zone": post.zone,
                "prepare_at": None if ahead is None else post.publish_at - ahead,
                "prepared": None,
                "preparing_until": None,
                "doubt_since": None,
                "vouched": False,
                "attempts": 0,
            }
        )
    )


def renewed(delivery: Delivery, post: Post, ahead: timedelta | None, state: State, *, moved: bool) -> Delivery:
    """It is to say what this new version of its post says, in `state`; only an edit of the time moves its promise."""
    publish_at = post.publish_at if moved else delivery.publish_at
    prepare_at = None if ahead is None else publish_at - ahead
    leaves = state is State.SCHEDULED and not delivery.holds
    return delivery.model_copy(
        update={
            "version": post.version,
            "state": state,
            "publish_at": publish_at,
            "precedence": Precedence.EXACT if moved else delivery.precedence,
            "local": post.local if moved else delivery.local,
            "zone": post.zone if moved else delivery.zone,
            "prepare_at": prepare_at,
            "prepared": None,
            "preparing_until": None,
            "due_at": (prepare_at or publish_at) if leaves else None,
            "not_before": None if moved else delivery.not_before,
            "attempts": 0,
            "attempt": None,
            "lease_until": None,
            "problem": None,
        }
    )


def mark_of(person: str) -> str:
    """Give the mark that a person's hold puts on a delivery."""
    return f"person:{person}"


def held(delivery: Delivery, mark: str) -> Delivery:
    """It does not leave while the mark is on it."""
    return delivery.model_copy(update={"holds": delivery.holds | {mark}, "due_at": None})


def without_consent(delivery: Delivery, mark: str) -> Delivery:
    """Whom it quotes no longer agrees: it does not leave while the mark is on it, whatever becomes of it.

    What a person was asked to publish by hand is asked for no more. What is online bears the mark too, and stays so.
    """
    after = held(delivery, mark)
    if is_by_hand(delivery) and delivery.state is State.ASKING:
        return after.model_copy(update={"state": State.SCHEDULED, "attempt": None, "lease_until": None})
    if delivery.state in {State.SENDING, State.UNCONFIRMED}:  # nobody is at it any more
        return after.model_copy(update={"state": State.ASKING, "lease_until": None})
    return after


def released(delivery: Delivery, mark: str) -> Delivery:
    """This cause holds it no more; the last one gone, what is scheduled is due again."""
    holds = delivery.holds - {mark}
    if delivery.state is not State.SCHEDULED:
        return delivery.model_copy(update={"holds": holds})
    due_at = None if holds else delivery.prepare_at or delivery.earliest
    return delivery.model_copy(update={"holds": holds, "due_at": due_at})


def now_there(now: datetime, zone: str) -> LocalTime:
    """Give this very instant as a promise."""
    return LocalTime(written_minute(now, zone), zone, now)


def written_minute(now: datetime, zone: str) -> str:
    """Write the minute that a clock in `zone` shows."""
    return written(on_the_wall(now, zone).replace(second=0, microsecond=0))


def _scheduled(delivery: Delivery) -> Delivery:
    due_at = delivery.prepare_at or delivery.publish_at
    return delivery.model_copy(
        update={
            "state": State.SCHEDULED,
            "due_at": None if delivery.holds else due_at,
            "not_before": None,
            "lease_until": None,
            "attempt": None,
            "problem": None,
        }
    )
