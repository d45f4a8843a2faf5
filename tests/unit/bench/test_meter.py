"""What AWS would count of real calls: units by the documented rules, not the emulator's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from bench.capacity import indexes_of
from bench.meter import Meter
from bench.tick import properties
from heraut.aws.clients import Clients
from tests.contracts.stack import Stack, clients

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = "PostsTable"


@pytest.fixture(name="metered")
def _metered() -> Iterator[tuple[Clients, Meter]]:
    with mock_aws():
        stack = Stack.of(TABLE)
        meter = Meter(stack.dynamodb, {TABLE: indexes_of(properties(TABLE))})
        listened = clients()
        meter.listen(listened.dynamodb, listened.sqs, listened.s3, listened.ssm)
        yield listened, meter


def item(sk: str, **attributes: str) -> dict[str, Any]:
    """An item of one partition."""
    return {name: {"S": text} for name, text in {"pk": "b#post#p", "sk": sk, **attributes}.items()}


def test_a_write_costs_the_table_and_each_index_it_changes(metered: tuple[Clients, Meter]) -> None:
    """1.5 kB are two units; standing in the due index is one more, moving in it two."""
    made, meter = metered
    made.dynamodb.put_item(TableName=TABLE, Item=item("x", text="a" * 1500))
    assert meter.usage()["dynamodb_writes"] == 2

    made.dynamodb.put_item(TableName=TABLE, Item=item("delivery#a", due_shard="delivery-0", due_at="1"))
    assert meter.usage()["dynamodb_writes"] == 2 + 1 + 1

    made.dynamodb.update_item(
        TableName=TABLE,
        Key=item("delivery#a"),
        UpdateExpression="SET due_at = :later",
        ExpressionAttributeValues={":later": {"S": "2"}},
    )
    assert meter.usage()["dynamodb_writes"] == 4 + 1 + 2


def test_a_transaction_writes_twice_but_not_its_indexes(metered: tuple[Clients, Meter]) -> None:
    """Two small items are four units; the index entry of one is one."""
    made, meter = metered
    puts: Any = [
        {"Put": {"TableName": TABLE, "Item": item("post")}},
        {"Put": {"TableName": TABLE, "Item": item("delivery#a", due_shard="delivery-0", due_at="1")}},
    ]
    made.dynamodb.transact_write_items(TransactItems=puts)

    assert meter.usage()["dynamodb_writes"] == 2 * 2 + 1


def test_reads_are_counted_by_how_they_are_asked(metered: tuple[Clients, Meter]) -> None:
    """Consistent ones are whole, others half; what is not there costs too; the tick's index is counted elsewhere."""
    made, meter = metered
    made.dynamodb.get_item(TableName=TABLE, Key=item("post"), ConsistentRead=True)
    made.dynamodb.get_item(TableName=TABLE, Key=item("post"))
    keys: Any = {TABLE: {"Keys": [item("a"), item("b"), item("c")], "ConsistentRead": True}}
    made.dynamodb.batch_get_item(RequestItems=keys)
    made.dynamodb.query(
        TableName=TABLE,
        IndexName="due",
        KeyConditionExpression="due_shard = :shard",
        ExpressionAttributeValues={":shard": {"S": "delivery-0"}},
    )

    assert meter.usage()["dynamodb_half_reads"] == 2 + 1 + 3 * 2


def test_requests_of_queue_bucket_and_secrets(metered: tuple[Clients, Meter]) -> None:
    """A batch is a request for each 64 KB; a write into the files bucket is an event too; each secret is decrypted."""
    made, meter = metered
    queue = made.sqs.create_queue(QueueName="q")["QueueUrl"]
    place: Any = {"LocationConstraint": "eu-west-3"}
    made.s3.create_bucket(Bucket="files", CreateBucketConfiguration=place)
    made.s3.create_bucket(Bucket="public", CreateBucketConfiguration=place)
    before = meter.usage()
    entries: Any = [{"Id": str(number), "MessageBody": "a" * 40_000, "MessageGroupId": "b/a"} for number in range(2)]
    made.sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    made.s3.put_object(Bucket="files", Key="inbox/a", Body=b"a")
    made.s3.put_object(Bucket="public", Key="a", Body=b"a")
    made.s3.get_object(Bucket="public", Key="a")
    made.ssm.put_parameter(Name="/a", Value="a", Type="SecureString")
    made.ssm.get_parameters(Names=["/a", "/b"], WithDecryption=True)

    assert dict(meter.usage() - before) == {
        "sqs_requests": 2,
        "sqs_fair_requests": 2,
        "s3_writes": 2,
        "s3_reads": 1,
        "eventbridge_events": 1,
        "kms_requests": 2,
    }


def test_a_message_sent_alone_is_a_request_too(metered: tuple[Clients, Meter]) -> None:
    """One for each 64 KB, dearer with a group."""
    made, meter = metered
    queue = made.sqs.create_queue(QueueName="alone")["QueueUrl"]
    before = meter.usage()
    made.sqs.send_message(QueueUrl=queue, MessageBody="x" * 65_537, MessageGroupId="g")
    used = meter.usage() - before

    assert (used["sqs_requests"], used["sqs_fair_requests"]) == (2, 2)
