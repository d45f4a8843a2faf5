"""Send what is due soon to the queue, each with its delay: the tick.

It sends first and marks after: a crash between makes a second message, never a late
post, and everything before the gate may happen twice.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from heraut.due import shards_of
from heraut.errors import TryAgain
from heraut.publishing.model import KIND, SHARDS, State
from heraut.publishing.store import DeliveryMessage, DueRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from heraut.publishing.model import Delivery
    from heraut.publishing.store import Outbox, Posts

    AtOnce = Callable[[Callable[[list[DueRow]], "Tick"], Iterable[list[DueRow]]], Iterable["Tick"]]

HORIZON = timedelta(minutes=2)
NEAR = timedelta(minutes=3)  # whoever writes a time nearer than this dispatches at once
MARK = timedelta(minutes=5)
EARLY_SECONDS = 2  # the worker arrives early, reads and signs, then waits for its instant
LONGEST_DELAY = 900  # seconds, what SQS allows
BATCH = 10
PROMISED = frozenset({State.SCHEDULED, State.SENDING, State.UNCONFIRMED})


@dataclass(frozen=True)
class Tick:
    """What a tick did: messages sent, uploads started, messages not taken, and the oldest overdue promise (seconds).

    `unread` counts the shards of the due index that could not be read to their end: what they hold waits. `restored`:
    the posts come from a backup, and nothing was done.
    """

    sent: int = 0
    preparing: int = 0
    not_accepted: int = 0
    oldest_overdue: float = 0.0
    unread: int = 0
    restored: bool = False

    def __add__(self, other: Tick) -> Tick:
        """Give what both did together."""
        return Tick(
            self.sent + other.sent,
            self.preparing + other.preparing,
            self.not_accepted + other.not_accepted,
            max(self.oldest_overdue, other.oldest_overdue),
            self.unread + other.unread,
            self.restored or other.restored,
        )

    @property
    def complete(self) -> bool:
        """Whether everything due was read and handed over: only then does the heart beat."""
        return not self.not_accepted and not self.unread and not self.restored


def dispatch_posts(posts: Posts, outbox: Outbox, now: datetime, at_once: AtOnce = map) -> Tick:
    """Dispatch every delivery that the due index shows within two minutes of `now`, the soonest first.

    `at_once` runs a function over batches like `map`, as many at a time as it likes.
    """
    if posts.is_restored():
        return Tick(restored=True)
    unread: list[str] = []
    shards = [_readable(shard, posts, now + HORIZON, unread) for shard in shards_of(KIND, SHARDS)]
    rows = heapq.merge(*shards, key=lambda row: row.due_at)
    done = sum(at_once(lambda batch: _dispatch(batch, posts, outbox, now, HORIZON), _batches(rows)), start=Tick())
    return done + Tick(unread=len(unread))


def _readable(shard: str, posts: Posts, until: datetime, unread: list[str]) -> Iterator[DueRow]:
    """Give a shard's rows as far as they can be read: a busy one must not keep the others waiting."""
    try:
        yield from posts.due(shard, until)
    except TryAgain:
        unread.append(shard)


def dispatch_now(deliveries: Sequence[Delivery], posts: Posts, outbox: Outbox, now: datetime) -> Tick:
    """Dispatch, of deliveries just written, those due within three minutes; the others are left to the tick."""
    rows = [_row(delivery) for delivery in deliveries if delivery.due_at and delivery.due_at <= now + NEAR]
    return sum((_dispatch(batch, posts, outbox, now, NEAR) for batch in _batches(rows)), start=Tick())


def delay_until(instant: datetime, now: datetime) -> int:
    """Give the queue's delay in whole seconds, so that the worker arrives one to two seconds early."""
    seconds = math.floor((instant - now).total_seconds()) - EARLY_SECONDS
    return min(LONGEST_DELAY, max(0, seconds))


def _dispatch(rows: Sequence[DueRow], posts: Posts, outbox: Outbox, now: datetime, horizon: timedelta) -> Tick:
    preparing = [row for row in rows if row.state is State.SCHEDULED and row.prepare_at is not None]
    stuck = {row for row in preparing if not _started(row, outbox)}
    leaving = [row for row in rows if _look_at(row) <= now + horizon]
    messages = {row: _message(row) for row in leaving}
    refused = set(outbox.publish_later([(message, delay_until(message.at, now)) for message in messages.values()]))
    sent = [row for row in rows if row not in stuck and messages.get(row) not in refused]
    posts.mark_dispatched({row: _marked(row, now, horizon) for row in sent})
    oldest = max(_overdue(row, now) for row in rows)
    return Tick(len(leaving) - len(refused), len(preparing) - len(stuck), len(refused) + len(stuck), oldest)


def _started(row: DueRow, outbox: Outbox) -> bool:
    """Start the uploads of one delivery; one that cannot be started now must not keep the others waiting."""
    try:
        outbox.prepare_now(_message(row))
    except TryAgain:
        return False
    return True


def _look_at(row: DueRow) -> datetime:
    """When the worker has something to do: a scheduled delivery's own instant, else when it is due for a look."""
    if row.state is State.SCHEDULED:
        return max(row.publish_at, row.not_before) if row.not_before else row.publish_at
    return row.due_at


def _marked(row: DueRow, now: datetime, horizon: timedelta) -> datetime:
    """Five minutes on; but never past the instant of a delivery that has not left yet."""
    look_at = _look_at(row)
    return now + MARK if look_at <= now + horizon else min(now + MARK, look_at)


def _message(row: DueRow) -> DeliveryMessage:
    return DeliveryMessage(brand=row.brand, post=row.post, account=row.account, version=row.version, at=_look_at(row))


def _overdue(row: DueRow, now: datetime) -> float:
    return max(0.0, (now - row.publish_at).total_seconds()) if row.state in PROMISED else 0.0


def _row(delivery: Delivery) -> DueRow:
    if delivery.due_at is None:
        msg = "a delivery that is not due was to be dispatched"
        raise ValueError(msg)
    return DueRow(
        brand=delivery.brand,
        post=delivery.post,
        account=delivery.account,
        version=delivery.version,
        state=delivery.state,
        publish_at=delivery.publish_at,
        due_at=delivery.due_at,
        not_before=delivery.not_before,
        prepare_at=delivery.prepare_at,
    )


def _batches(rows: Iterable[DueRow]) -> Iterable[list[DueRow]]:
    held: list[DueRow] = []
    for row in rows:
        held.append(row)
        if len(held) == BATCH:
            yield held
            held = []
    if held:
        yield held
