"""`make refusals`: what is missing is added, what the account has stays, and all of it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID

from infra import account, refusals
from tests.contracts.stack import REGION, a_function
from tests.infra.translated import resources, written

GROUP = f"sns/{REGION}/{DEFAULT_ACCOUNT_ID}/DirectPublishToPhoneNumber/Failure"
ROLE = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/heraut-RefusalsRole-1ABC"
THEIRS = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/theirs"
FUNCTION = "heraut-NoteBounceFunction-1ABC"


@dataclass
class Account:
    """An account with the function, and perhaps with settings of its own."""

    logs: Any
    sns: Any
    arn: str

    def run(self, *arguments: str) -> int:
        """Run the command."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["refusals", *arguments])
            return refusals.main()

    @property
    def readers(self) -> dict[str, str]:
        """Who reads the log group: names and functions."""
        found = self.logs.describe_subscription_filters(logGroupName=GROUP)["subscriptionFilters"]
        return {one["filterName"]: one["destinationArn"] for one in found}

    @property
    def settings(self) -> dict[str, str]:
        """What the account says of text messages."""
        held: dict[str, str] = self.sns.get_sms_attributes()["attributes"]
        return held

    def group(self) -> dict[str, Any]:
        """The log group."""
        (found,) = self.logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
        return dict(found)


@pytest.fixture(name="mine")
def _mine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account into which the stack was deployed."""
    outputs = {"RefusalsLog": GROUP, "RefusalsRole": ROLE, "BounceFunction": FUNCTION}
    monkeypatch.setattr(account, "answers", lambda: account.Answers("heraut", REGION, {}))
    monkeypatch.setattr(account, "outputs", lambda *_: outputs)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Account(boto3.client("logs", REGION), boto3.client("sns", REGION), a_function(FUNCTION))


def test_an_account_that_had_nothing_gets_all_of_it_once(mine: Account) -> None:
    """Failures only, forgotten after a month; a second time changes nothing."""
    assert mine.run() == 0
    assert mine.run() == 0

    assert mine.readers == {"heraut": mine.arn}
    assert mine.group()["retentionInDays"] == 30
    assert mine.settings == {"DeliveryStatusIAMRole": ROLE, "DeliveryStatusSuccessSamplingRate": "0"}


def test_what_the_account_has_stays_as_it_is(mine: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """Its role writes into the same log group: reading it is enough."""
    mine.logs.create_log_group(logGroupName=GROUP)
    settings = {"DeliveryStatusIAMRole": THEIRS, "DeliveryStatusSuccessSamplingRate": "10"}
    mine.sns.set_sms_attributes(attributes=settings)

    assert mine.run() == 0

    assert (mine.readers, mine.settings) == ({"heraut": mine.arn}, settings)
    assert "retentionInDays" not in mine.group()
    assert f"as {THEIRS}: that stays" in capsys.readouterr().out


def test_a_rate_that_was_chosen_stays(mine: Account) -> None:
    """Even where there is no role yet."""
    mine.sns.set_sms_attributes(attributes={"DeliveryStatusSuccessSamplingRate": "100"})

    assert mine.run() == 0
    assert mine.settings == {"DeliveryStatusIAMRole": ROLE, "DeliveryStatusSuccessSamplingRate": "100"}


def test_a_log_group_without_room_is_said_and_left_alone(mine: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """CloudWatch Logs takes two readers; the sentence names them."""
    mine.logs.create_log_group(logGroupName=GROUP)
    for name in ("a", "b"):
        mine.logs.put_subscription_filter(
            logGroupName=GROUP, filterName=name, filterPattern="", destinationArn=mine.arn
        )

    assert mine.run() == 1
    assert "2 readers already (a, b)" in capsys.readouterr().err
    assert mine.settings.get("DeliveryStatusIAMRole") is None


def test_it_can_be_taken_back_and_what_is_anothers_stays(mine: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever else reads is named: nothing is written for them any more."""
    mine.run()
    mine.logs.put_subscription_filter(logGroupName=GROUP, filterName="essai", filterPattern="", destinationArn=mine.arn)

    assert mine.run("--off") == 0

    assert mine.readers == {"essai": mine.arn}
    assert mine.settings["DeliveryStatusIAMRole"] == ""
    assert "! essai read them too" in capsys.readouterr().out
    mine.sns.set_sms_attributes(attributes={"DeliveryStatusIAMRole": THEIRS})
    assert mine.run("--off") == 0
    assert mine.settings["DeliveryStatusIAMRole"] == THEIRS


def test_where_it_was_never_on_taking_it_back_does_nothing(mine: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even the log group is there."""
    assert (mine.run("--off"), capsys.readouterr().out) == (0, "")


def test_without_a_stack_it_says_what_to_do(
    mine: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Deploy first."""
    monkeypatch.setattr(account, "outputs", lambda *_: {})

    assert mine.run() == 1
    assert "make deploy" in capsys.readouterr().err


def test_only_this_accounts_log_of_refusals_may_start_the_function() -> None:
    """The permission, the role that SNS takes, and the output name one log group."""
    group = "sns/${AWS::Region}/${AWS::AccountId}/DirectPublishToPhoneNumber"
    logs = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    may = resources()["RefusalsMayCall"]["Properties"]
    assert (may["Principal"], may["Action"]) == ("logs.amazonaws.com", "lambda:InvokeFunction")
    assert may["FunctionName"] == {"Ref": "NoteBounceFunction"}
    assert may["SourceArn"] == {"Fn::Sub": f"{logs}{group}/Failure:*"}
    assert may["SourceAccount"] == {"Ref": "AWS::AccountId"}

    role = resources()["RefusalsRole"]["Properties"]
    (trusts,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusts["Principal"] == {"Service": "sns.amazonaws.com"}
    ((writes,),) = [one["PolicyDocument"]["Statement"] for one in role["Policies"]]
    assert writes["Resource"] == {"Fn::Sub": f"{logs}{group}*"}
    assert {one.partition(":")[0] for one in writes["Action"]} == {"logs"}
    assert written()["Outputs"]["RefusalsLog"]["Value"] == {"Fn::Sub": f"{group}/Failure"}


def test_what_it_adds_to_the_account_is_in_no_template() -> None:
    """A log group that is there already, or a third reader, would fail a deployment."""
    kinds = {one["Type"] for one in resources().values()}
    names = [one["Properties"].get("LogGroupName") for one in resources().values() if "LogGroup" in one["Type"]]

    assert "AWS::Logs::SubscriptionFilter" not in kinds
    assert set(names) <= {None}
