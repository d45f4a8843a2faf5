"""What AWS would count of the calls that clients make: units of DynamoDB, requests of SQS, S3 and KMS."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench.capacity import read_units, size_of, write_units
from bench.recorder import Call, Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bench.capacity import Index, Item

Key = tuple[str, str, str]  # table, pk, sk
S3_WRITES = frozenset({"PutObject", "ListObjectsV2", "CopyObject"})
CHUNK_BYTES = 64 * 1024  # SQS counts a request for each


@dataclass
class Meter:
    """Counts from the moment it listens: `usage` by the names of bench/prices.toml, `calls` by service and operation.

    `spy` is a client that nobody listens to: it reads what an item was before and after a write, because index writes
    depend on both. Reads of the `due` index are counted apart: a tick makes them whether something is due or not.
    """

    spy: Any
    indexes: Mapping[str, Sequence[Index]]
    recorder: Recorder = field(default_factory=Recorder)
    writes: Counter[str] = field(default_factory=Counter)

    def listen(self, *clients: Any) -> None:
        """Note every call of these clients from now on."""
        for client in clients:
            if client.meta.service_model.service_name == "dynamodb":
                client.meta.events.register("before-parameter-build", self._before)
                client.meta.events.register("after-call", self._after)
        self.recorder.listen(*clients)

    def usage(self) -> Counter[str]:
        """Give what was used so far."""
        used: Counter[str] = Counter()
        for call in self.recorder.calls:
            used.update(_used(call))
        used["dynamodb_writes"] += sum(self.writes.values())
        return used

    def _before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        keys = _written(model.name, params)
        context["bench_before"] = {key: self._item(key) for key in keys}

    def _after(self, model: Any, context: dict[str, Any], **_: Any) -> None:
        in_transaction = model.name == "TransactWriteItems"
        for key, before in context.pop("bench_before", {}).items():
            after = self._item(key)
            size = max(size_of(before or {}), size_of(after or {}))
            self.writes["table"] += write_units(size, transaction=in_transaction)
            for index in self.indexes.get(key[0], ()):
                self.writes[index.name] += index.units(before, after)

    def _item(self, key: Key) -> Item | None:
        table, pk, sk = key
        found: Item | None = self.spy.get_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}}).get("Item")
        return found


def _used(call: Call) -> Iterator[str]:
    """Give one name for each unit that a call costs; halves of read units are `dynamodb_half_reads`."""
    used: Counter[str] = Counter()
    match call.service:
        case "dynamodb":
            used["dynamodb_half_reads"] = round(2 * _read(call))
        case "sqs":
            entries = call.asked.get("Entries", [call.asked] if "MessageBody" in call.asked else [])
            length = sum(len(one["MessageBody"].encode()) for one in entries)
            used["sqs_requests"] = max(1, math.ceil(length / CHUNK_BYTES))
            used["sqs_fair_requests"] = used["sqs_requests"] if any("MessageGroupId" in one for one in entries) else 0
        case "s3":
            used["s3_writes" if call.operation in S3_WRITES else "s3_reads"] = 1
            used["eventbridge_events"] = int(call.operation == "PutObject" and call.asked["Bucket"] == "files")
        case "ssm":
            used["kms_requests"] = len(call.answered.get("Parameters", [])) or int(call.operation == "PutParameter")
    return used.elements()


def _read(call: Call) -> float:
    match call.operation:
        case "GetItem":
            return read_units(
                [size_of(call.answered.get("Item", {}))], consistent=call.asked.get("ConsistentRead", False)
            )
        case "BatchGetItem":
            found = [size_of(item) for items in call.answered["Responses"].values() for item in items]
            asked = sum(len(one["Keys"]) for one in call.asked["RequestItems"].values())
            return sum(read_units([size], consistent=True) for size in found) + (asked - len(found))
        case "Query" if call.asked.get("IndexName") == "due":
            return 0
        case "Query":
            sizes = [size_of(item) for item in call.answered["Items"]]
            return read_units(sizes, consistent=call.asked.get("ConsistentRead", False))
    return 0


def _written(operation: str, asked: Mapping[str, Any]) -> list[Key]:
    match operation:
        case "PutItem":
            return [_key(asked["TableName"], asked["Item"])]
        case "UpdateItem":
            return [_key(asked["TableName"], asked["Key"])]
        case "TransactWriteItems":
            parts = [next(iter(one.values())) for one in asked["TransactItems"]]
            return [_key(part["TableName"], part.get("Item") or part["Key"]) for part in parts]
        case "BatchWriteItem":
            return [
                _key(table, one["PutRequest"]["Item"])
                for table, every in asked["RequestItems"].items()
                for one in every
            ]
    return []


def _key(table: str, item: Mapping[str, Any]) -> Key:
    return table, item["pk"]["S"], item["sk"]["S"]
