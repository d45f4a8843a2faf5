"""What became of posts whose workers were killed (test_kill.py), and a failure queue emptied days later.

It takes minutes until a doubtful attempt is looked at: the tests between those and these use them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from heraut.due import stamp
from tests.e2e.conftest import BRAND
from tests.e2e.killing import ACCEPTED, HEADER, NOT_ACCEPTED, row, times_online
from tests.e2e.test_publishing import deliveries
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from tests.e2e.bluesky_server import BlueskyServer
    from tests.e2e.killing import Killed
    from tests.e2e.world import World

DECIDED_WITHIN = 120  # seconds from the start of the doubtful attempt
LATE = "Une ligne que personne n'a envoyée à temps"


def told(world: World, post: str) -> dict[str, datetime]:
    """When each kind of event was written into a post's story (the last of its kind)."""
    items = world.scan("PostsTable")
    mine = [item for item in items if item["sk"]["S"].startswith("event#") and item["pk"]["S"].endswith(f"#{post}")]
    found = [json.loads(item["document"]["S"]) for item in mine]
    return {event["name"]: datetime.fromisoformat(event["at"]) for event in found}


def test_what_was_in_doubt_is_online_once(world: World, bluesky: BlueskyServer, killed: Killed) -> None:
    """Accepted or not, neither is lost, doubled or asked about, and both are decided within two minutes."""
    names = ("k1/bluesky", "k2/bluesky")
    eventually(lambda: {deliveries(world)[name]["state"] for name in names} == {"published"}, DECIDED_WITHIN + 30)
    assert (times_online(bluesky, ACCEPTED), times_online(bluesky, NOT_ACCEPTED)) == (1, 1)
    accepted, repeated = (told(world, deliveries(world)[name]["post"]) for name in names)
    start = datetime.fromtimestamp(killed.began, UTC)
    assert "OutcomeUnknown" in accepted
    assert "OutcomeUnknown" in repeated
    assert (accepted["PostPublished"] - start).total_seconds() < DECIDED_WITHIN
    assert (repeated["SentAgain"] - start).total_seconds() < DECIDED_WITHIN
    assert "DeliveryAsking" not in {**accepted, **repeated}


def test_a_failure_queue_emptied_days_later_sends_nothing(world: World, bluesky: BlueskyServer, killed: Killed) -> None:
    """What it holds is old: what went out stays once, what did not is not sent but said to be too late."""
    later = datetime.now(UTC) + timedelta(hours=4)
    world.drop("oublie.csv", f"{HEADER}\n{row(BRAND, 'k3', later, 'bluesky', LATE)}".encode())
    kept = eventually(lambda: deliveries(world).get("k3/bluesky"), 60)
    _days_ago(world, kept)
    queue = world.client("sqs")
    for name in ("k1/bluesky", "k3/bluesky"):
        queue.send_message(QueueUrl=world.outputs["FailedQueueUrl"], MessageBody=_message(deliveries(world)[name]))

    moved = 0
    while moved < 2:  # by hand, as a person would: receive, send where it came from, delete
        got = queue.receive_message(QueueUrl=world.outputs["FailedQueueUrl"], MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            queue.send_message(
                QueueUrl=world.outputs["DeliveryQueueUrl"], MessageBody=message["Body"], MessageGroupId="redrive"
            )
            queue.delete_message(QueueUrl=world.outputs["FailedQueueUrl"], ReceiptHandle=message["ReceiptHandle"])
            moved += 1

    eventually(lambda: deliveries(world)["k3/bluesky"]["state"] == "expired", 60)
    assert deliveries(world)["k1/bluesky"]["state"] == "published"
    assert (times_online(bluesky, ACCEPTED), times_online(bluesky, LATE)) == (1, 0)


def _days_ago(world: World, kept: dict[str, str]) -> None:
    """Put a delivery three days back and out of the index, as if nobody had found it since."""
    world.client("dynamodb").update_item(
        TableName=world.outputs["PostsTable"],
        Key={"pk": {"S": kept["pk"]}, "sk": {"S": kept["sk"]}},
        UpdateExpression="SET publish_at = :then REMOVE due_at, due_shard",
        ExpressionAttributeValues={":then": {"S": stamp(datetime.now(UTC) - timedelta(days=3))}},
    )


def _message(kept: dict[str, str]) -> str:
    """The message as it failed three days ago."""
    then = stamp(datetime.now(UTC) - timedelta(days=3))
    named = {name: kept[name] for name in ("brand", "post", "account")}
    return json.dumps({"schema": 1, **named, "version": int(kept["version"]), "at": then})
