"""`heraut doctor` on the deployed stack: it looks, rings an alarm, and reads a restored table back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from heraut.aws.posts_table import HOME
from heraut.cli.main import app
from infra.local.stack import REGION
from tests.e2e.world import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.world import World


class Command:
    """The command, speaking to the stack."""

    def __init__(self, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        told = {
            "endpoint": world.emulator.endpoint,
            "access_key": "test",
            "secret_key": "test",
            "region": REGION,
            "outputs": dict(world.outputs),
        }
        (folder / "local.json").write_text(json.dumps(told), encoding="utf-8")
        monkeypatch.setenv("HERAUT_LOCAL", str(folder / "local.json"))
        monkeypatch.setenv("HERAUT_LANGUAGE", "fr")

    def doctor(self, *arguments: str) -> Any:
        """Run `heraut doctor`; nothing may break off."""
        result = CliRunner().invoke(app, ["doctor", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result


@pytest.fixture(name="command")
def _command(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(world, tmp_path, monkeypatch)


def test_it_looks_at_a_real_stack(command: Command) -> None:
    """The one account that does not work, the person who never confirmed; and nothing that could not be looked at."""
    said = command.doctor("--json")

    found = {(one["code"], one["account"]) for one in json.loads(said.output)}
    assert said.exit_code == 3
    assert {("never_confirmed", None), ("account_refused", "perdu")} <= found
    assert "not_looked" not in {code for code, _ in found}


def test_ringing_reaches_the_topic(world: World, command: Command) -> None:
    """The alarm's own action publishes: a queue beside the e-mail address hears what that address is sent."""
    sqs, sns = world.client("sqs"), world.client("sns")
    url = sqs.create_queue(QueueName="hears-alarms")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": arn}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=world.outputs["AlarmsTopic"], Protocol="sqs", Endpoint=arn)
    world.client("cloudwatch").set_alarm_state(
        AlarmName=world.outputs["HeartbeatAlarm"], StateValue="OK", StateReason="quiet"
    )

    command.doctor("--ring")

    def heard() -> Any:
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        told = [json.loads(json.loads(one["Body"])["Message"]) for one in got]
        return [one for one in told if one["NewStateValue"] == "ALARM"]

    (alarm,) = eventually(heard)
    assert alarm["AlarmName"] == world.outputs["HeartbeatAlarm"]
    assert "heraut doctor --ring" in alarm["NewStateReason"]


def test_a_restored_table_waits_until_it_was_read_back(world: World, command: Command) -> None:
    """The real tick sends nothing and says so; afterwards it goes on."""
    table, tick = world.outputs["PostsTable"], {"scheduled_time": datetime.now(UTC).isoformat()}
    world.invoke("DispatchFunction", tick)
    home = {"pk": {"S": HOME[0]}, "sk": {"S": HOME[1]}}
    dynamodb = world.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={**home, "name": {"S": "the-one-before"}, "schema": {"N": "1"}})
    world.invoke("DispatchFunction", tick)

    codes = {one["code"] for one in json.loads(command.doctor("--json").output)}
    said = command.doctor("--reconcile")

    assert "restored" in codes
    assert said.exit_code == 0, said.output
    assert "essai/site : rien n'avait pu partir." in said.output.replace("\N{NO-BREAK SPACE}", " ")
    assert dynamodb.get_item(TableName=table, Key=home)["Item"]["name"] == {"S": table}
