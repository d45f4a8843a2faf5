"""A Posts table of any size that answers as DynamoDB does to the tick: the index query and the mark, and nothing else.

Emulators read every row to answer an index query, which neither DynamoDB does nor a machine has the time for at a
million rows. Here the index is what it is there: per shard, entries in the order of `due_at`; a query reads its own
range, a page ends at 1 MB, and what an entry holds is what the template projects. Any other request is refused, so that
a tick that asked for something else would be seen. tests/unit/bench compares its answers with moto's.
"""

from __future__ import annotations

import bisect
import io
import json
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from bench.capacity import PAGE_BYTES, size_of
from heraut.aws.posts_table import HOME
from heraut.due import shard_of, stamp
from heraut.publishing.model import KIND, SHARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.capacity import Index, Item

WITHIN = "#due_shard = :shard AND #due_at <= :until"
MARK = "SET #due_at = :later"
SEEN = "#version = :version AND #due_at = :seen"
FIRST_ID = 10_000_000  # ids of one length, so that every item has one size


class DueTable:
    """`queued` deliveries, of which the first `due` stand at `now` and the others a minute apart from an hour on.

    `like` is a delivery as the real store writes it; each row is that one under another post id and time.
    """

    def __init__(self, like: Item, index: Index, queued: int, due: int, now: datetime) -> None:
        self._like, self._index = like, index
        self._lock = threading.Lock()  # a tick sends from several threads
        self._shards: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._at: dict[int, str] = {}
        account = like["account"]["S"]
        for number in range(queued):
            at = now if number < due else now + timedelta(hours=1, minutes=number)
            shard = shard_of(KIND, f"{FIRST_ID + number}@{account}", SHARDS)
            self._shards[shard].append((stamp(at.astimezone(UTC)), number))
        for entries in self._shards.values():
            entries.sort()

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        """Answer one request (botocore's `before-send` event: nothing leaves the process)."""
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        asked = json.loads(request.body)
        known = {
            "GetItem": _at_home,
            "Query": self._query,
            "UpdateItem": self._update,
            "TransactWriteItems": self._transact,
        }
        with self._lock:
            return answered(request, known[operation](asked))

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        expected = {"IndexName": self._index.name, "KeyConditionExpression": WITHIN}
        if {name: asked.get(name) for name in expected} != expected or "FilterExpression" in asked:
            raise ValueError(f"not the tick's query: {asked}")
        values = asked["ExpressionAttributeValues"]
        entries = self._shards[values[":shard"]["S"]]
        end = bisect.bisect_right(entries, (values[":until"]["S"], FIRST_ID))
        after = asked.get("ExclusiveStartKey")
        start = bisect.bisect_right(entries, (after["due_at"]["S"], _number(after))) if after else 0
        items: list[Item] = []
        read = 0
        for place in range(start, end):
            items.append(self._entry(*entries[place]))
            read += size_of(items[-1])
            if read >= PAGE_BYTES:
                keys = ("pk", "sk", *self._index.keys)
                last = {name: items[-1][name] for name in keys}
                return {"Items": items, "Count": len(items), "LastEvaluatedKey": last}
        return {"Items": items, "Count": len(items), "ScannedCount": len(items)}

    def _transact(self, asked: dict[str, Any]) -> dict[str, Any]:
        for write in asked["TransactItems"]:
            self._update(write["Update"])
        return {}

    def _update(self, asked: dict[str, Any]) -> dict[str, Any]:
        if (asked["UpdateExpression"], asked["ConditionExpression"]) != (MARK, SEEN):
            raise ValueError(f"not the tick's mark: {asked}")
        values = asked["ExpressionAttributeValues"]
        number = _number(asked["Key"])
        shard = shard_of(KIND, f"{FIRST_ID + number}@{self._like['account']['S']}", SHARDS)
        entries = self._shards[shard]
        seen = (values[":seen"]["S"], number)
        place = bisect.bisect_left(entries, seen)
        if place == len(entries) or entries[place] != seen:
            raise ValueError("a mark on what is not there: nobody else writes here")
        entries.pop(place)
        later = (values[":later"]["S"], number)
        bisect.insort(entries, later)
        return {"Attributes": self._item(*later)}

    def _entry(self, at: str, number: int) -> Item:
        entry = self._index.entry(self._item(at, number))
        if entry is None:
            raise ValueError("a delivery that is due stands in the index")
        return entry

    def _item(self, at: str, number: int) -> Item:
        like, post = self._like, str(FIRST_ID + number)
        shard = shard_of(KIND, f"{post}@{like['account']['S']}", SHARDS)
        known = {
            "pk": f"{like['brand']['S']}#post#{post}",
            "post": post,
            "due_shard": shard,
            "due_at": at,
        }
        return {**like, **{name: {"S": text} for name, text in known.items()}}


def _at_home(asked: dict[str, Any]) -> dict[str, Any]:
    """Answer the one item that a tick reads: its posts come from no backup."""
    key = asked["Key"]
    if (key["pk"]["S"], key["sk"]["S"]) != HOME:
        raise ValueError("a tick reads an item that this table does not have")
    return {"Item": {**key, "name": {"S": asked["TableName"]}, "schema": {"N": "1"}}}


def answered(request: Any, body: dict[str, Any], status: int = 200) -> AWSResponse:
    """Give the answer to a request of botocore's `before-send` event, which is then not sent."""
    return AWSResponse(request.url, status, HTTPHeaders(), _Body(json.dumps(body).encode()))


class _Body(io.BytesIO):
    """A response's body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Give it whole."""
        yield self.read()


def _number(key: dict[str, Any]) -> int:
    return int(key["pk"]["S"].rpartition("#")[2]) - FIRST_ID
