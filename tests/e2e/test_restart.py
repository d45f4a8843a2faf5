"""What a clean stop keeps, beside the tables: a function fed by a stream goes on where it was."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from typing import TYPE_CHECKING, Any

from infra.local import carry_over, environments, stack

if TYPE_CHECKING:
    from pathlib import Path

HANDLER = "def handler(event, context):\n    return {}\n"


def test_a_function_fed_by_a_stream_hears_of_the_first_change_after_a_restart(tmp_path: Path) -> None:
    """Else nobody would hear of a post that failed in the second `make run`."""
    environments.prepare(["ministack"])
    port = stack.free_port()
    first = stack.start(port, tmp_path, authorise=False)
    try:
        _set_up(first)
        for number in range(5):
            _put(first, number)
        _wait_until(lambda: _said(first).startswith("OK"))
    finally:
        assert first.stop()

    again = stack.start(port, tmp_path, authorise=False)
    try:
        before = _invocations(again)
        _put(again, 5)
        _wait_until(lambda: _invocations(again) > before)
    finally:
        assert again.stop()


def test_a_killed_emulator_loses_seconds_and_its_posts_wait_to_be_read_back(tmp_path: Path) -> None:
    """What changed until shortly before is there, and the table of posts says that it is not all."""
    environments.prepare(["ministack"])
    port = stack.free_port()
    first = stack.start(port, tmp_path, authorise=False, snapshot_seconds=0.5)
    try:
        _make_table(first, "x-PostsTable-1")
        first.save()
        first.client("dynamodb").put_item(TableName="x-PostsTable-1", Item={"pk": {"S": "b"}, "sk": {"S": "late"}})
        _wait_until(lambda: '"late"' in (tmp_path / "state" / "dynamodb.json").read_text(encoding="utf-8"))
    finally:
        first.process.kill()
        first.stop()
    assert (tmp_path / "state" / "unsaved").exists()

    again = stack.start(port, tmp_path, authorise=False, restored=True)
    try:
        items = again.client("dynamodb").scan(TableName="x-PostsTable-1")["Items"]
    finally:
        assert again.stop()

    found = {(item["pk"]["S"], item["sk"]["S"]): item for item in items}
    assert set(found) == {("b", "late"), ("*#brake", "table")}
    assert found["*#brake", "table"]["name"]["S"] != "x-PostsTable-1"


def test_a_state_saved_on_one_port_goes_on_at_another(tmp_path: Path) -> None:
    """A queue that functions know by its old address would never be read; a page would lead nowhere."""
    environments.prepare(["ministack"])
    first = stack.start(stack.free_port(), tmp_path, authorise=False)
    try:
        queue = first.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"]
        first.client("sqs").send_message(QueueUrl=queue, MessageBody="waits")
        _make_function(first, {"QUEUE": queue})
        page = f"<a href='{first.endpoint}/pages/p.html'>ici</a>"
        first.client("s3").create_bucket(Bucket="pages", CreateBucketConfiguration={"LocationConstraint": stack.REGION})
        first.client("s3").put_object(Bucket="pages", Key="p.html", Body=page.encode(), ContentType="text/html")
    finally:
        assert first.stop()

    port = _another(first.port)
    assert carry_over.carry_over(tmp_path / "state", port) == [first.port]
    again = stack.start(port, tmp_path, authorise=False)
    try:
        known = again.client("lambda").get_function_configuration(FunctionName="listener")["Environment"]["Variables"]
        (message,) = again.client("sqs").receive_message(QueueUrl=known["QUEUE"])["Messages"]
        found = again.client("s3").get_object(Bucket="pages", Key="p.html")
        body = found["Body"].read().decode()
    finally:
        assert again.stop()

    assert known["QUEUE"] == queue.replace(str(first.port), str(port))
    assert message["Body"] == "waits"
    assert body == page.replace(str(first.port), str(port))
    assert found["ETag"].strip('"') == hashlib.md5(body.encode()).hexdigest()  # noqa: S324 - what S3 calls an ETag


def _another(port: int) -> int:
    while (found := stack.free_port()) == port:
        pass
    return found


def _make_table(emulator: stack.Emulator, name: str) -> None:
    keys = {"pk": "HASH", "sk": "RANGE"}
    emulator.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
    )


def _set_up(emulator: stack.Emulator) -> None:
    table = emulator.client("dynamodb").create_table(
        TableName="changes",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    _make_function(emulator, {})
    emulator.client("lambda").create_event_source_mapping(
        FunctionName="listener", EventSourceArn=table["LatestStreamArn"], StartingPosition="TRIM_HORIZON", BatchSize=10
    )


def _make_function(emulator: stack.Emulator, settings: dict[str, str]) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", HANDLER)
    emulator.client("lambda").create_function(
        FunctionName="listener",
        Runtime="python3.13",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": settings},
    )


def _put(emulator: stack.Emulator, number: int) -> None:
    emulator.client("dynamodb").put_item(TableName="changes", Item={"pk": {"S": str(number)}})


def _said(emulator: stack.Emulator) -> str:
    (mapping,) = emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return str(mapping.get("LastProcessingResult", ""))


def _invocations(emulator: stack.Emulator) -> int:
    return emulator.log.read_text(encoding="utf-8").count("ESM: Lambda listener processed")


def _wait_until(true: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "the function was not called"
        time.sleep(0.2)
