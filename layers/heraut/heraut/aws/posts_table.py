"""The Posts table: posts by version, deliveries, their story, what the calendar queued, pauses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heraut import due, retention
from heraut.aws.items import EXPIRES, PK, SCHEMA, SK, Values, document, from_document, from_item, plain
from heraut.due import instant, stamp
from heraut.errors import Conflict, HerautError, NotFound, NotReconciled
from heraut.events import TOLD_TO_PEOPLE, Event
from heraut.publishing.brake import PREFIX, Scope
from heraut.publishing.model import LEASE, MOST_ATTEMPTS, Attempt, Delivery, Post, State
from heraut.publishing.pacing import Bucket, Pace
from heraut.publishing.store import DueRow, Gate, refuse_too_many

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from heraut.aws.table import Key, Table

QUEUE = "queue"
MOST_WRITES = 100  # of one transaction
PEOPLE, CONVERSATIONS = "people", "conversations"  # whom the stream carries an event to
FINEST = timedelta(milliseconds=1)
NEW = "attribute_not_exists(#pk)"
ON = "attribute_exists(#pk) AND attribute_not_exists(#ending_at)"
GATE = (
    "#state = :scheduled AND #version = :version AND #attempts < :most"
    " AND (attribute_not_exists(#holds) OR size(#holds) = :none)"
    " AND (attribute_not_exists(#not_before) OR #not_before <= :now)"
)
TIGHTER = (
    "attribute_not_exists(#pk) OR #resets_at <= :now OR #remaining > :remaining"
    " OR (#remaining = :remaining AND #resets_at < :resets_at)"
)
PASSING = (
    "SET #state = :sending, #attempt = :attempt, #attempts = #attempts + :one, #revision = #revision + :one,"
    " #lease_until = :lease, #due_at = :lease, #due_shard = :shard"
)
HOME = ("*#brake", "table")  # the physical name of the table that these posts are at home in
SETTLE = "SET #name = :name, #schema = :schema"
MARK = "SET #due_at = :later"
SEEN = "#version = :version AND #due_at = :seen"


class PostsTable:
    """The port `publishing.store.Posts` over one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def post(self, brand: str, post: str, version: int | None = None) -> Post | None:
        """Read a post at a version (None: the newest), consistently."""
        if version is None:
            head = self._table.get(_head(brand, post))
            if head is None:
                return None
            version = int(head["version"])
        item = self._table.get(_version(brand, post, version))
        return from_document(Post, item["document"]) if item else None

    def delivery(self, brand: str, post: str, account: str) -> Delivery | None:
        """Read a delivery, consistently."""
        item = self._table.get(_delivery(brand, post, account))
        return _read_delivery(item) if item else None

    def delivery_and_pace(
        self, brand: str, post: str, account: str, bucket: Bucket
    ) -> tuple[Delivery | None, Pace | None]:
        """Read, consistently and at once, a delivery and what its account's network told last of a bucket.

        Raises NotReconciled while the posts come from a backup.
        """
        wanted = _delivery(brand, post, account)
        keys = [wanted, _pace(brand, account, bucket), HOME]
        found = {(item[PK], item[SK]): item for item in self._table.get_many(keys)}
        self._refuse_restored(found.get(HOME))
        delivery, pace = found.get(wanted), found.get(_pace(brand, account, bucket))
        return _read_delivery(delivery) if delivery else None, _read_pace(pace) if pace else None

    def save_pace(self, brand: str, account: str, bucket: Bucket, pace: Pace, now: datetime) -> None:
        """Remember what a network told at `now`; what is remembered and not over yet is only made tighter."""
        told = {name: value for name, value in plain(pace).items() if value is not None}
        held = told | {EXPIRES: retention.PACE.forgotten(pace.resets_at)}
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in held)
        self._table.update(_pace(brand, account, bucket), change, held | {"now": now}, TIGHTER)

    def deliveries(self, brand: str, post: str) -> Sequence[Delivery]:
        """Read all deliveries of a post, consistently, by account."""
        found = [_read_delivery(item) for item in self._under(_post_pk(brand, post), "delivery#")]
        return sorted(found, key=lambda one: one.account)

    def add(
        self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str] = ()
    ) -> None:
        """Write a new post with its deliveries, events and row keys in one transaction; Conflict if the post exists."""
        head = _values(_head(post.brand, post.id), version=post.version, **_forgotten(post))
        writes = [self._table.putting(head, NEW)]
        writes += [self._table.putting(_write_delivery(one), NEW) for one in deliveries]
        self._transact(writes, post, len(deliveries), events, keys)

    def edit(
        self, post: Post, deliveries: Sequence[Delivery], events: Sequence[Event], keys: Sequence[str] = ()
    ) -> None:
        """Write the next version of a post and its deliveries in one transaction; Conflict when one moved on."""
        key = _head(post.brand, post.id)
        raising = "SET #version = :version"
        writes = [
            self._table.updating(key, raising, "#version = :before", version=post.version, before=post.version - 1)
        ]
        writes += [self._replacing(one, one.revision) for one in deliveries]
        self._transact(writes, post, len(deliveries), events, keys)

    def forget(self, brand: str, post: str) -> None:
        """Erase a post with its versions, deliveries and story."""
        keys = [(item[PK], item[SK]) for item in self._table.query("#pk = :pk", {"pk": _post_pk(brand, post)})]
        for start in range(0, len(keys), MOST_WRITES):
            self._table.transact([self._table.deleting(key) for key in keys[start : start + MOST_WRITES]])

    def pass_gate(self, delivery: Delivery, attempt: Attempt, now: datetime) -> Gate:
        """Pass the one conditional update before a network call; our own retried write counts as passed."""
        values = {
            "scheduled": State.SCHEDULED,
            "sending": State.SENDING,
            "version": delivery.version,
            "most": MOST_ATTEMPTS,
            "none": 0,
            "one": 1,
            "now": now,
            "lease": now + LEASE,
            "attempt": _known(attempt),
            "shard": delivery.shard,
        }
        answer = self._table.update(_key_of(delivery), PASSING, values, GATE)
        if answer.item is None:
            raise NotFound(f"delivery {delivery.id} was never written")
        held = _read_delivery(answer.item)
        ours = held.state is State.SENDING and held.attempt is not None and held.attempt.id == attempt.id
        return Gate(passed=answer.done or ours, delivery=held)

    def change(
        self, before: Delivery, after: Delivery, events: Sequence[Event] = (), while_paused: Collection[str] = ()
    ) -> None:
        """Replace `before` by `after` with its events, in one transaction; Conflict when it is no longer `before`.

        Neither is it written when one of the pauses of `while_paused` is over.
        """
        if _key_of(before) != _key_of(after):
            raise ValueError("a change keeps brand, post and account")
        refuse_too_many(1 + len(events) + len(while_paused), 1)
        condition = "#revision = :revision AND #state = :state AND #version = :version"
        given: dict[str, Any] = {"revision": before.revision, "state": before.state, "version": before.version}
        if before.attempt is None:
            condition += " AND attribute_not_exists(#attempt)"
        else:
            condition += " AND #attempt.#id = :attempt"
            given["attempt"] = before.attempt.id
        raised = after.model_copy(update={"revision": before.revision + 1})
        writes = [self._table.putting(_write_delivery(raised), condition, **given)]
        writes += [self._table.checking(brake_key(mark), ON) for mark in while_paused]
        self._table.transact([*writes, *self._telling(events)])

    def due(self, shard: str, until: datetime) -> Iterator[DueRow]:
        """Give the rows of a shard with `due_at` <= `until`, soonest first, page by page."""
        condition = f"#{due.SHARD} = :shard AND #{due.AT} <= :until"
        for item in self._table.query(condition, {"shard": shard, "until": until}, index=due.INDEX):
            yield _read_row(item)

    def mark_dispatched(self, marks: Mapping[DueRow, datetime]) -> int:
        """Move `due_at` of each row whose version and `due_at` are still those seen; give how many were.

        Several go in one transaction, a tenth of the processor time; when one of them has moved on, each for itself.
        """
        # The index may show a delivery twice, before and after it moved.
        newest = {_delivery(row.brand, row.post, row.account): (row, due_at) for row, due_at in marks.items()}
        if len(newest) > 1:
            try:
                self._table.transact(
                    [
                        self._table.updating(key, MARK, SEEN, later=due_at, version=row.version, seen=row.due_at)
                        for key, (row, due_at) in newest.items()
                    ]
                )
            except Conflict:
                pass
            else:
                return len(newest)
        return sum(self._mark(key, row, due_at) for key, (row, due_at) in newest.items())

    def queue(self, brand: str, since: datetime | None = None, until: datetime | None = None) -> Iterator[Delivery]:
        """Give a brand's deliveries by `publish_at`, `since` included, `until` not (eventually consistent)."""
        condition, values = "#brand = :brand", {"brand": brand, "since": since, "last": until and until - FINEST}
        if since and until:
            condition += " AND #publish_at BETWEEN :since AND :last"
        elif since:
            condition += " AND #publish_at >= :since"
        elif until:
            condition += " AND #publish_at <= :last"
        given = {name: value for name, value in values.items() if value is not None}
        if since and until and since >= until:
            return
        yield from map(_read_delivery, self._table.query(condition, given, index=QUEUE))

    def story(self, brand: str, post: str) -> Sequence[Event]:
        """Give the events of a post in order."""
        return [from_document(Event, item["document"]) for item in self._under(_post_pk(brand, post), "event#")]

    def posts_by_key(self, brand: str, keys: Sequence[str]) -> Mapping[str, str]:
        """Give the post id behind each row key that is known."""
        found = self._table.get_many([_row(brand, key) for key in keys])
        return {item[SK]: item["post"] for item in found}

    def file_posts(self, brand: str, file: str) -> Mapping[str, int]:
        """Give the posts that earlier versions of a calendar file queued, with their last row number."""
        return {item[SK]: item["row"] for item in self._table.query("#pk = :pk", {"pk": _file_pk(brand, file)})}

    def save_file_posts(self, brand: str, file: str, posts: Mapping[str, int]) -> None:
        """Remember (adding to what is there) which posts a calendar file queued, with row numbers."""
        self._table.put_many([_values((_file_pk(brand, file), post), row=row) for post, row in posts.items()])

    def brakes(self, brand: str, account: str) -> frozenset[str]:
        """Read, consistently, the pauses on an account; one that is ending stops nothing any more.

        Raises NotReconciled while the posts come from a backup.
        """
        scopes = (Scope(), Scope(brand), Scope(brand, account))
        keys = [*(brake_key(scope.mark) for scope in scopes), HOME]
        found = {(item[PK], item[SK]): item for item in self._table.get_many(keys)}
        self._refuse_restored(found.pop(HOME, None))
        return frozenset(item[SK] for item in found.values() if "ending_at" not in item)

    def is_restored(self) -> bool:
        """Whether the posts come from a backup and were not reconciled; a table never asked before is at home."""
        held = self._table.get(HOME)
        if held is None:
            held = self._table.update(HOME, SETTLE, self._home(), "attribute_not_exists(#name)").item
        return held is not None and held["name"] != self._table.name

    def settle(self) -> None:
        """Say that what went out was read back: the posts are at home in this table."""
        self._table.update(HOME, SETTLE, self._home())

    def told(self, brand: str, event: str) -> frozenset[str]:
        """Give who already heard of an event (person ids)."""
        return frozenset(item[SK] for item in self._table.query("#pk = :pk", {"pk": _told_pk(brand, event)}))

    def save_told(self, brand: str, event: str, person: str, at: datetime) -> None:
        """Remember, for ninety days, that this person heard of this event."""
        self._table.put(_values((_told_pk(brand, event), person), at=at, expires=retention.TOLD.forgotten(at)))

    def _home(self) -> Values:
        return {"name": self._table.name, "schema": SCHEMA}

    def _refuse_restored(self, home: Values | None) -> None:
        if home is not None and home["name"] != self._table.name:
            raise NotReconciled("the posts come from a backup that was not reconciled")

    def _mark(self, key: Key, row: DueRow, due_at: datetime) -> bool:
        values = {"later": due_at, "version": row.version, "seen": row.due_at}
        return self._table.update(key, MARK, values, SEEN).done

    def _under(self, pk: str, prefix: str) -> Iterator[Values]:
        return self._table.query("#pk = :pk AND begins_with(#sk, :prefix)", {"pk": pk, "prefix": prefix})

    def _transact(
        self,
        writes: list[TransactWriteItemTypeDef],
        post: Post,
        accounts: int,
        events: Sequence[Event],
        keys: Sequence[str],
    ) -> None:
        said = _values(_version(post.brand, post.id, post.version), document=document(post), **_forgotten(post))
        rows = [self._table.putting(_values(_row(post.brand, key), post=post.id)) for key in dict.fromkeys(keys)]
        everything = [*writes, self._table.putting(said, NEW), *self._telling(events), *rows]
        refuse_too_many(len(everything), accounts)
        self._table.transact(everything)

    def _replacing(self, delivery: Delivery, revision: int) -> TransactWriteItemTypeDef:
        if revision == 1:
            return self._table.putting(_write_delivery(delivery), NEW)
        return self._table.putting(_write_delivery(delivery), "#revision = :before", before=revision - 1)

    def _telling(self, events: Sequence[Event]) -> list[TransactWriteItemTypeDef]:
        return [self._table.putting(_write_event(event, number)) for number, event in enumerate(events)]


def event_of_image(image: Mapping[str, Any]) -> Event:
    """Read an event from the image that the table's stream carries (DynamoDB attributes, as they are in the record).

    Raises HerautError when it is none, without what it held: that would reach a log.
    """
    try:
        return from_document(Event, from_item(image)["document"])
    except HerautError:
        raise
    except Exception as error:  # noqa: BLE001 -- rubbish breaks any part of the reading
        raise HerautError(f"not an event ({type(error).__name__})") from None


def brake_key(mark: str) -> Key:
    """Give where a pause stands: beside those of its brand, or of everything."""
    brand = mark.removeprefix(PREFIX).partition("/")[0]
    return f"{brand}#brake", mark


def _post_pk(brand: str, post: str) -> str:
    return f"{brand}#post#{post}"


def _head(brand: str, post: str) -> Key:
    return _post_pk(brand, post), "post"


def _version(brand: str, post: str, version: int) -> Key:
    return _post_pk(brand, post), f"version#{version:06d}"


def _delivery(brand: str, post: str, account: str) -> Key:
    return _post_pk(brand, post), f"delivery#{account}"


def _key_of(delivery: Delivery) -> Key:
    return _delivery(delivery.brand, delivery.post, delivery.account)


def _pace(brand: str, account: str, bucket: Bucket) -> Key:
    return f"{brand}#pace", f"{account}#{bucket.value}"


def _row(brand: str, key: str) -> Key:
    return f"{brand}#row", key


def _file_pk(brand: str, file: str) -> str:
    return f"{brand}#file#{file}"


def _told_pk(brand: str, event: str) -> str:
    return f"{brand}#told#{event}"


def _values(key: Key, **held: Any) -> Values:
    return {PK: key[0], SK: key[1], "schema": SCHEMA, **held}


def _known(model: Attempt | Delivery) -> Values:
    """Give a model's attributes; a field of ours that is None is absent, so that conditions can ask for it."""
    values: Values = plain(model)
    return {name: value for name, value in values.items() if value is not None or name not in type(model).model_fields}


def _forgotten(post: Post) -> Values:
    """When a post is forgotten: one that answers somebody is no publication of the brand's."""
    if post.source.kind != "answer":
        return {}
    return {EXPIRES: retention.ANSWER.forgotten(post.created_at)}


def _write_delivery(delivery: Delivery) -> Values:
    """The item of a delivery: without `due_at` it has no `due_shard` either, and stands in no index `due`."""
    values = _values(_key_of(delivery)) | _known(delivery)
    if delivery.answers is not None:
        values |= {EXPIRES: retention.ANSWER.forgotten(delivery.publish_at)}
    return values | ({due.SHARD: delivery.shard} if delivery.due_at is not None else {})


def _read_delivery(item: Values) -> Delivery:
    return Delivery.model_validate(
        {name: value for name, value in item.items() if name not in {PK, SK, due.SHARD, EXPIRES}}
    )


def _read_pace(item: Values) -> Pace:
    return Pace.model_validate({name: value for name, value in item.items() if name not in {PK, SK, EXPIRES}})


def _write_event(event: Event, number: int) -> Values:
    """The item of an event; `number` keeps the order of events written together in one instant."""
    key = _post_pk(event.brand, event.post), f"event#{stamp(event.at)}#{number:02d}#{event.id}"
    told = {"told": PEOPLE} if event.name in TOLD_TO_PEOPLE else {}
    if event.fields.get("answers"):
        told = {"told": CONVERSATIONS}
    return _values(key, document=document(event), **told) | {EXPIRES: retention.POST_EVENT.forgotten(event.at)}


def _read_row(item: Values) -> DueRow:
    return DueRow(
        brand=item["brand"],
        post=item["post"],
        account=item["account"],
        version=item["version"],
        state=State(item["state"]),
        publish_at=instant(item["publish_at"]),
        due_at=instant(item["due_at"]),
        not_before=instant(item["not_before"]) if "not_before" in item else None,
        prepare_at=instant(item["prepare_at"]) if "prepare_at" in item else None,
    )
