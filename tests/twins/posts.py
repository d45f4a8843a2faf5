"""Twin of the Posts table."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING

from heraut.due import instant, stamp
from heraut.errors import Conflict, NotFound, NotReconciled
from heraut.publishing.model import LEASE, MOST_ATTEMPTS, Attempt, Delivery, Post, State
from heraut.publishing.pacing import Bucket, Pace
from heraut.publishing.store import DueRow, Gate, refuse_too_many
from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.events import Event

Key = tuple[str, str, str]  # brand, post, account


class PostsTwin:
    """Posts, deliveries and their story, in memory and under one lock.

    `pauses` are the brakes that are on (`pause:*`, `pause:<brand>`, `pause:<brand>/<account>`): `PausesTwin` or a test
    sets them.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._posts: dict[tuple[str, str], dict[int, Post]] = {}
        self._deliveries: dict[Key, Delivery] = {}
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._keys: dict[tuple[str, str], str] = {}
        self._files: dict[tuple[str, str], dict[str, int]] = {}
        self._paces: dict[tuple[str, str, Bucket], Pace] = {}
        self._told: dict[tuple[str, str], set[str]] = {}
        self.pauses: set[str] = set()
        self.name = "posts"
        self._home: str | None = None

    def names(self, brand: str) -> list[str]:
        """Give the ids of a brand's posts."""
        return [post for owner, post in self._posts if owner == brand]

    def post(self, brand: str, post: str, version: int | None = None) -> Post | None:
        versions = self._posts.get((brand, post), {})
        return versions.get(version or max(versions, default=0))

    def delivery(self, brand: str, post: str, account: str) -> Delivery | None:
        return self._deliveries.get((brand, post, account))

    def delivery_and_pace(
        self, brand: str, post: str, account: str, bucket: Bucket
    ) -> tuple[Delivery | None, Pace | None]:
        self._refuse_restored()
        return self.delivery(brand, post, account), self._paces.get((brand, account, bucket))

    def save_pace(self, brand: str, account: str, bucket: Bucket, pace: Pace, now: datetime) -> None:
        with self._lock:
            held = self._paces.get((brand, account, bucket))
            made = kept(pace)
            if held is None or held.resets_at <= instant(stamp(now)) or _tighter(made, held):
                # What was not told this time stays as it was told before.
                known = (held.model_dump(exclude_none=True) if held else {}) | made.model_dump(exclude_none=True)
                self._paces[brand, account, bucket] = Pace.model_validate(known)

    def deliveries(self, brand: str, post: str) -> Sequence[Delivery]:
        found = [one for one in self._deliveries.values() if (one.brand, one.post) == (brand, post)]
        return sorted(found, key=lambda one: one.account)

    def add(
        self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str] = ()
    ) -> None:
        refuse_too_many(2 + len(deliveries) + len(events) + len(set(keys)), len(deliveries))
        with self._lock:
            if (post.brand, post.id) in self._posts:
                raise Conflict(f"post {post.id} exists")
            self._write(post, deliveries, events, keys)

    def edit(
        self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str] = ()
    ) -> None:
        refuse_too_many(2 + len(deliveries) + len(events) + len(set(keys)), len(deliveries))
        with self._lock:
            if max(self._posts.get((post.brand, post.id), {}), default=0) != post.version - 1:
                raise Conflict(f"the newest version of post {post.id} is not {post.version - 1}")
            for one in deliveries:
                held = self._deliveries.get((one.brand, one.post, one.account))
                if (held.revision if held else 0) != one.revision - 1:
                    raise Conflict(f"delivery {one.id} is no longer at revision {one.revision - 1}")
            self._write(post, deliveries, events, keys)

    def pass_gate(self, delivery: Delivery, attempt: Attempt, now: datetime) -> Gate:
        with self._lock:
            held = self._deliveries.get(_key(delivery))
            if held is None:
                raise NotFound(f"delivery {delivery.id}")
            if held.attempt is not None and held.attempt.id == attempt.id and held.state is State.SENDING:
                return Gate(passed=True, delivery=held)
            if not _open(held, delivery.version, now):
                return Gate(passed=False, delivery=held)
            until = now + LEASE
            update = {"attempt": attempt, "attempts": held.attempts + 1, "lease_until": until, "due_at": until}
            sending = self._replace(held, held.model_copy(update={"state": State.SENDING, **update}))
            return Gate(passed=True, delivery=sending)

    def change(
        self, before: Delivery, after: Delivery, events: Sequence[Event] = (), while_paused: Collection[str] = ()
    ) -> None:
        refuse_too_many(1 + len(events) + len(while_paused), 1)
        if _key(before) != _key(after):
            raise ValueError("a change keeps brand, post and account")
        with self._lock:
            held = self._deliveries.get(_key(before))
            if held is None or _seen(held) != _seen(before):
                raise Conflict(f"delivery {before.id} is no longer what was read")
            if not set(while_paused) <= self.pauses:
                raise Conflict("a pause is over")
            self._replace(before, after)
            self._tell_story(events)

    def due(self, shard: str, until: datetime) -> Iterator[DueRow]:
        with self._lock:
            rows = [
                one for one in self._deliveries.values() if one.shard == shard and one.due_at and one.due_at <= until
            ]
        for one in sorted(rows, key=lambda one: (one.due_at or until, one.id)):
            assert one.due_at is not None
            yield DueRow(
                brand=one.brand,
                post=one.post,
                account=one.account,
                version=one.version,
                state=one.state,
                publish_at=one.publish_at,
                due_at=one.due_at,
                not_before=one.not_before,
                prepare_at=one.prepare_at,
            )

    def mark_dispatched(self, marks: Mapping[DueRow, datetime]) -> int:
        with self._lock:
            return sum(self._mark(row, due_at) for row, due_at in marks.items())

    def queue(self, brand: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[Delivery]:
        with self._lock:
            found = [one for one in self._deliveries.values() if one.brand == brand]
        for one in sorted(found, key=lambda one: (one.publish_at, one.id)):
            if (since is None or one.publish_at >= since) and (until is None or one.publish_at < until):
                yield one

    def forget(self, brand: str, post: str) -> None:
        with self._lock:
            self._posts.pop((brand, post), None)
            self._events.pop((brand, post), None)
            for key in [one for one in self._deliveries if one[:2] == (brand, post)]:
                del self._deliveries[key]

    def story(self, brand: str, post: str) -> Sequence[Event]:
        return sorted(self._events.get((brand, post), []), key=lambda event: event.at)

    def posts_by_key(self, brand: str, keys: Sequence[str]) -> Mapping[str, str]:
        return {key: self._keys[brand, key] for key in keys if (brand, key) in self._keys}

    def file_posts(self, brand: str, file: str) -> Mapping[str, int]:
        return dict(self._files.get((brand, file), {}))

    def save_file_posts(self, brand: str, file: str, posts: Mapping[str, int]) -> None:
        self._files.setdefault((brand, file), {}).update(posts)

    def brakes(self, brand: str, account: str) -> frozenset[str]:
        self._refuse_restored()
        return frozenset({"pause:*", f"pause:{brand}", f"pause:{brand}/{account}"} & self.pauses)

    def is_restored(self) -> bool:
        self._home = self._home or self.name
        return self._home != self.name

    def settle(self) -> None:
        self._home = self.name

    def backup(self) -> dict[str, object]:
        """Give what the table holds now, as a backup keeps it."""
        return copy.deepcopy({name: held for name, held in vars(self).items() if name not in {"_lock", "name"}})

    def restore(self, held: dict[str, object], name: str = "restored") -> None:
        """Become a table of another name that holds what the backup kept."""
        vars(self).update(copy.deepcopy(held), name=name)

    def _refuse_restored(self) -> None:
        if self._home is not None and self._home != self.name:
            raise NotReconciled("the posts come from a backup that was not reconciled")

    def told(self, brand: str, event: str) -> frozenset[str]:
        return frozenset(self._told.get((brand, event), ()))

    def save_told(self, brand: str, event: str, person: str, at: datetime) -> None:
        self._told.setdefault((brand, event), set()).add(person)

    def _write(self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str]) -> None:
        self._posts.setdefault((post.brand, post.id), {})[post.version] = kept(post)
        for one in deliveries:
            self._deliveries[_key(one)] = kept(one)
        self._tell_story(events)
        for key in keys:
            self._keys[post.brand, key] = post.id

    def _mark(self, row: DueRow, due_at: datetime) -> bool:
        held = self._deliveries.get((row.brand, row.post, row.account))
        if held is None or (held.version, held.due_at) != (row.version, row.due_at):
            return False
        self._deliveries[_key(held)] = kept(held.model_copy(update={"due_at": due_at}))
        return True

    def _replace(self, before: Delivery, after: Delivery) -> Delivery:
        raised = kept(after.model_copy(update={"revision": before.revision + 1}))
        self._deliveries[_key(after)] = raised
        return raised

    def _tell_story(self, events: Sequence[Event]) -> None:
        for event in events:
            self._events.setdefault((event.brand, event.post), []).append(kept(event))


def _key(delivery: Delivery) -> Key:
    return delivery.brand, delivery.post, delivery.account


def _tighter(told: Pace, held: Pace) -> bool:
    return (told.remaining, -told.resets_at.timestamp()) < (held.remaining, -held.resets_at.timestamp())


def _seen(delivery: Delivery) -> tuple[int, State, int, str | None]:
    return delivery.revision, delivery.state, delivery.version, delivery.attempt.id if delivery.attempt else None


def _open(held: Delivery, version: int, now: datetime) -> bool:
    return (
        held.state is State.SCHEDULED
        and held.version == version
        and not held.holds
        and held.attempts < MOST_ATTEMPTS
        and (held.not_before is None or held.not_before <= instant(stamp(now)))
    )
