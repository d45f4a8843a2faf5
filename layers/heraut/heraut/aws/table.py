"""One DynamoDB table: keys `pk` and `sk`, consistent reads, pages, transactions."""

from __future__ import annotations

import random
import re
import time
import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from heraut.aws.edge import CONDITION_FAILED, code_of, edge, reasons_of
from heraut.aws.items import PK, SK, Values, from_item, to_item
from heraut.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

Key = tuple[str, str]

READ_AT_ONCE = 100  # keys in one BatchGetItem
WRITTEN_AT_ONCE = 25  # items in one BatchWriteItem
TRIES = 6
FIRST_WAIT = 0.025  # seconds, doubled at each try


class Table:
    """A table by its name; every read is consistent, every ClientError leaves as an error of `heraut.errors`."""

    def __init__(self, client: DynamoDBClient, name: str, wait: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._wait = wait

    @property
    def name(self) -> str:
        """The table's physical name."""
        return self._name

    def get(self, key: Key) -> Values | None:
        """Read one item, None when there is none."""
        with edge("read an item"):
            answer = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return from_item(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[Key]) -> Iterator[Values]:
        """Read the items that exist among `keys`, in no order."""
        for chunk in _chunks(list(dict.fromkeys(keys)), READ_AT_ONCE):
            waiting: list[Any] = [_key(key) for key in chunk]
            for _ in self._tries("read items"):
                with edge("read items"):
                    asked = {self._name: {"Keys": waiting, "ConsistentRead": True}}
                    answer = self._client.batch_get_item(RequestItems=asked)  # type: ignore[arg-type]
                yield from map(from_item, answer["Responses"].get(self._name, []))
                left: Any = answer.get("UnprocessedKeys", {}).get(self._name)
                waiting = left["Keys"] if left else []
                if not waiting:
                    break

    def query(
        self, condition: str, values: Mapping[str, Any], index: str | None = None, after: Key | None = None
    ) -> Iterator[Values]:
        """Give the items of a key condition (names `#name`, values `:name`), page by page; an index may lag.

        `after` is a key of the table, there or not: those that come after it.
        """
        asked: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            **_placeholders(condition, values),
        }
        asked |= {"IndexName": index} if index else {"ConsistentRead": True}
        asked |= {"ExclusiveStartKey": _key(after)} if after else {}
        while True:
            with edge("list items"):
                answer = self._client.query(**asked)
            yield from map(from_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan(self, condition: str, values: Mapping[str, Any]) -> Iterator[Values]:
        """Give every item of the table for which a condition holds: all of it is read, and paid for."""
        asked: dict[str, Any] = {"TableName": self._name, "FilterExpression": condition, "ConsistentRead": True}
        asked |= _placeholders(condition, values)
        while True:
            with edge("read the table"):
                answer = self._client.scan(**asked)
            yield from map(from_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def delete_many(self, keys: Sequence[Key]) -> None:
        """Take items away; not in one transaction."""
        self._write_many([{"DeleteRequest": {"Key": _key(key)}} for key in dict.fromkeys(keys)])

    def put(self, values: Values) -> None:
        """Write one item, whatever was there."""
        with edge("write an item"):
            self._client.put_item(TableName=self._name, Item=to_item(values))

    def put_many(self, items: Sequence[Values]) -> None:
        """Write items, whatever was there; not in one transaction."""
        self._write_many([{"PutRequest": {"Item": to_item(values)}} for values in items])

    def _write_many(self, requests: Sequence[Any]) -> None:
        for chunk in _chunks(requests, WRITTEN_AT_ONCE):
            waiting: list[Any] = [*chunk]
            for _ in self._tries("write items"):
                with edge("write items"):
                    answer = self._client.batch_write_item(RequestItems={self._name: waiting})
                waiting = list(answer.get("UnprocessedItems", {}).get(self._name, []))
                if not waiting:
                    break

    def update(self, key: Key, change: str, values: Mapping[str, Any], condition: str | None = None) -> Update:
        """Change one item in place (`#name`, `:name` in both expressions), keeping attributes we do not know.

        A failed condition is no error here: the answer says so and gives the item as it is.
        """
        asked: dict[str, Any] = {
            "TableName": self._name,
            "Key": _key(key),
            "UpdateExpression": change,
            "ReturnValues": "ALL_NEW",
            **_placeholders(f"{change} {condition or ''}", values),
        }
        if condition:
            asked |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        for _ in self._tries("change an item"):
            with edge("change an item"):
                try:
                    return Update(done=True, item=from_item(self._client.update_item(**asked)["Attributes"]))
                except ClientError as error:
                    if code_of(error) == "ConditionalCheckFailedException":
                        old: Any = error.response.get("Item")
                        return Update(done=False, item=from_item(old) if old else None)
                    if code_of(error) != "TransactionConflictException":
                        raise
        raise AssertionError("unreachable: the tries end with an error")

    def transact(self, writes: Sequence[TransactWriteItemTypeDef]) -> None:
        """Write all or nothing (at most 100); Conflict when a condition does not hold.

        One token for every try, so that a write of ours that arrived twice counts once. Items that another
        transaction holds at this instant are tried again: that is no verdict on the conditions.
        """
        token = uuid.uuid4().hex
        for _ in self._tries("write items together"):
            with edge("write items together"):
                try:
                    self._client.transact_write_items(TransactItems=writes, ClientRequestToken=token)
                except ClientError as error:
                    reasons = reasons_of(error)
                    if CONDITION_FAILED in reasons or "TransactionConflict" not in reasons:
                        raise
                else:
                    return

    def putting(self, values: Values, condition: str | None = None, **given: Any) -> TransactWriteItemTypeDef:
        """Give a write of a transaction: the whole item, if the condition holds."""
        put: Any = {"TableName": self._name, "Item": to_item(values)}
        if condition:
            put |= {"ConditionExpression": condition, **_placeholders(condition, given)}
        return {"Put": put}

    def updating(self, key: Key, change: str, condition: str | None = None, **given: Any) -> TransactWriteItemTypeDef:
        """Give a write of a transaction: a change in place, if the condition holds."""
        update: Any = {
            "TableName": self._name,
            "Key": _key(key),
            "UpdateExpression": change,
            **_placeholders(f"{change} {condition or ''}", given),
        }
        return {"Update": update | ({"ConditionExpression": condition} if condition else {})}

    def deleting(self, key: Key, condition: str | None = None, **given: Any) -> TransactWriteItemTypeDef:
        """Give a write of a transaction: the item taken away, if the condition holds."""
        delete: Any = {"TableName": self._name, "Key": _key(key)}
        if condition:
            delete |= {"ConditionExpression": condition, **_placeholders(condition, given)}
        return {"Delete": delete}

    def checking(self, key: Key, condition: str, **given: Any) -> TransactWriteItemTypeDef:
        """Give a part of a transaction that writes nothing, and lets nothing be written unless the condition holds."""
        check: Any = {"TableName": self._name, "Key": _key(key), "ConditionExpression": condition}
        return {"ConditionCheck": check | _placeholders(condition, given)}

    def _tries(self, operation: str) -> Iterator[int]:
        """Count the tries, with a growing pause between two; TryAgain after the last."""
        for number in range(TRIES):
            yield number
            self._wait(FIRST_WAIT * 2**number * random.uniform(0.5, 1.0))  # noqa: S311 -- spreads tries, keeps no secret
        raise TryAgain(f"{operation}: still busy after {TRIES} tries")


class Update:
    """What came of a change in place: whether it was `done`, and the item as it now is (None: there is none)."""

    def __init__(self, *, done: bool, item: Values | None) -> None:
        self.done = done
        self.item = item


def _key(key: Key) -> dict[str, AttributeValueTypeDef]:
    return {PK: {"S": key[0]}, SK: {"S": key[1]}}


def _placeholders(expressions: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the names (every `#name`, since many words are reserved) and values that the expressions use."""
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", expressions)}
    held = to_item({f":{name}": value for name, value in values.items()})
    return ({"ExpressionAttributeNames": names} if names else {}) | (
        {"ExpressionAttributeValues": held} if held else {}
    )


def _chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
