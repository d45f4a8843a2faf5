"""Ports of the publishing room; `heraut/aws` and the tests' twins implement them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from heraut.errors import InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from heraut.events import Event
    from heraut.publishing.brake import Ended, Pause
    from heraut.publishing.model import Attempt, Delivery, Post, State
    from heraut.publishing.pacing import Bucket, Pace
    from heraut.publishing.upcoming import Look


MOST_WRITES = 100  # what one transaction of DynamoDB takes


def refuse_too_many(writes: int, accounts: int) -> None:
    """Refuse, before anything is written, what does not fit into one transaction (InvalidInput `too_many_accounts`)."""
    if writes > MOST_WRITES:
        raise InvalidInput([problem("too_many_accounts", accounts=accounts)])


@dataclass(frozen=True)
class DueRow:
    """A hint of the due index: read the delivery before believing it."""

    brand: str
    post: str
    account: str
    version: int
    state: State
    publish_at: datetime
    due_at: datetime
    not_before: datetime | None
    prepare_at: datetime | None


@dataclass(frozen=True)
class Gate:
    """What the gate answered: `delivery` is the delivery as it now is."""

    passed: bool
    delivery: Delivery


class Posts(Protocol):
    """Posts, deliveries and their story. Every change is conditional; a lost race raises Conflict.

    Instants are kept to the millisecond. What does not fit into one transaction (100 writes: each delivery, event and
    key is one, the post two) is refused whole with InvalidInput. The gate of a delivery never written is NotFound.
    """

    def post(self, brand: str, post: str, version: int | None = None) -> Post | None:
        """Read a post at a version (None: the newest), consistently."""

    def delivery(self, brand: str, post: str, account: str) -> Delivery | None:
        """Read a delivery, consistently."""

    def delivery_and_pace(
        self, brand: str, post: str, account: str, bucket: Bucket
    ) -> tuple[Delivery | None, Pace | None]:
        """Read, consistently and at once, a delivery and what its account's network told last of a bucket.

        Raises NotReconciled while the posts come from a backup (`is_restored`).
        """

    def save_pace(self, brand: str, account: str, bucket: Bucket, pace: Pace, now: datetime) -> None:
        """Remember what a network told at `now`, until a day after its reset.

        What is remembered and not over yet (`resets_at` after `now`) is only made tighter: fewer calls remaining, or as
        many until later. So of answers that come out of order none loosens what another one said.
        """

    def forget(self, brand: str, post: str) -> None:
        """Erase a post with its versions, deliveries and story; nothing happens when there is none."""

    def deliveries(self, brand: str, post: str) -> Sequence[Delivery]:
        """Read all deliveries of a post, consistently, by account."""

    def add(
        self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str] = ()
    ) -> None:
        """Write a new post with its deliveries, events and row keys in one transaction; Conflict if the post exists."""

    def edit(
        self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str] = ()
    ) -> None:
        """Write version `post.version` (Conflict unless the newest is the one before) and the deliveries given.

        Each delivery given replaces the one of `revision - 1` (Conflict otherwise); one of revision 1 is new.
        """

    def pass_gate(self, delivery: Delivery, attempt: Attempt, now: datetime) -> Gate:
        """Pass the one conditional update before a network call.

        Sets `sending`, the attempt, `attempts` + 1, `lease_until` = `due_at` = now + 60 s; condition: state
        `scheduled`, version as in `delivery`, no hold, `attempts` < 5, `not_before` absent or past. Else the old comes
        back, and carries our attempt id when it was our own retried write (then it counts as passed).
        """

    def change(
        self, before: Delivery, after: Delivery, events: Sequence[Event] = (), while_paused: Collection[str] = ()
    ) -> None:
        """Replace `before` by `after` (revision raised by one here) with its events, in one transaction.

        Conflict unless revision, state, version and attempt id are still those of `before` (our own retry is none),
        and the pauses of `while_paused` are on: a mark is never put on for a pause that is over.
        """

    def due(self, shard: str, until: datetime) -> Iterator[DueRow]:
        """Give the rows of a shard with `due_at` <= `until`, soonest first, page by page."""

    def mark_dispatched(self, marks: Mapping[DueRow, datetime]) -> int:
        """Move `due_at` of each row whose version and `due_at` are still those seen; give how many were."""

    def queue(self, brand: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[Delivery]:
        """Give a brand's deliveries by `publish_at`, `since` included, `until` not (listing: eventually consistent)."""

    def story(self, brand: str, post: str) -> Sequence[Event]:
        """Give the events of a post in order."""

    def posts_by_key(self, brand: str, keys: Sequence[str]) -> Mapping[str, str]:
        """Give the post id behind each row key that is known."""

    def file_posts(self, brand: str, file: str) -> Mapping[str, int]:
        """Give the posts that earlier versions of a calendar file queued, with their last row number."""

    def save_file_posts(self, brand: str, file: str, posts: Mapping[str, int]) -> None:
        """Remember (adding to what is there) which posts a calendar file queued, with row numbers."""

    def brakes(self, brand: str, account: str) -> frozenset[str]:
        """Read, consistently, the pauses on an account: `pause:*`, `pause:<brand>`, `pause:<brand>/<account>`.

        One that is ending stops nothing any more. Raises NotReconciled while the posts come from a backup.
        """

    def is_restored(self) -> bool:
        """Whether the posts come from a backup and were not reconciled; a table never asked before is at home."""

    def settle(self) -> None:
        """Say that what went out was read back: the posts are at home in this table."""

    def told(self, brand: str, event: str) -> frozenset[str]:
        """Give who already heard of an event (person ids)."""

    def save_told(self, brand: str, event: str, person: str, at: datetime) -> None:
        """Remember that this person heard of this event."""


class Looks(Protocol):
    """What `check_upcoming` remembers of its looks ahead; forgotten two days after the promise."""

    def looks(self, brand: str) -> Sequence[Look]:
        """Give the last look at each delivery of a brand, consistently, by post and account."""

    def save_look(self, brand: str, look: Look) -> None:
        """Remember a look instead of the one before at the same delivery."""


class Pauses(Protocol):
    """Pauses: one of a scope at a time."""

    def begin(self, pause: Pause) -> Pause:
        """Put a pause on, in the place of one that is ending too; gives the one that is on already, if there is one."""

    def pauses(self, brands: Collection[str]) -> Sequence[Pause]:
        """Read, consistently, every pause of everything and of these brands and their accounts, oldest first."""

    def end(self, pause: Pause, at: datetime) -> Pause:
        """Say that it is ending: publishers stop minding it. Conflict when it is on no more."""

    def remove(self, pause: Pause, by: str, at: datetime) -> None:
        """Forget a pause, and keep who ended it; nothing happens when it is gone already."""

    def ended(self, brands: Collection[str]) -> Sequence[Ended]:
        """Give the pauses of everything and of these brands that are over, newest first (kept 400 days)."""


@dataclass(frozen=True)
class DeliveryMessage:
    """What the queue carries: which delivery to look at, from `at` on. The state in the table decides."""

    brand: str
    post: str
    account: str
    version: int
    at: datetime


class Outbox(Protocol):
    """Ways to set work going."""

    def publish_later(self, messages: Sequence[tuple[DeliveryMessage, int]]) -> Sequence[DeliveryMessage]:
        """Queue messages with a delay each (whole seconds, 0 to 900); give back those that were not accepted."""

    def prepare_now(self, message: DeliveryMessage) -> None:
        """Start uploading ahead, asynchronously."""


class MediaStore(Protocol):
    """The media bucket."""

    def save(self, key: str, body: bytes, content_type: str) -> None:
        """Keep a file under its key (named by its content: writing twice is harmless)."""

    def read(self, key: str) -> bytes:
        """Read a file; NotFound when it is not there."""

    def size(self, key: str) -> int | None:
        """Give the size of a file in bytes without reading it, None when it is not there."""

    def link(self, key: str) -> str:
        """Give an address, good for a day, from which a person may take the file."""
