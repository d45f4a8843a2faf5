"""The policy of whoever uses the command fits into what IAM takes, whatever the stack is called."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.infra.translated import ROOT, resources

WAYS = (ROOT / "docs" / "ways.md").read_text(encoding="utf-8")
MOST = 6_144  # characters of a managed policy, without white space (IAM's quota)
STACK = "heraut-boulangerie-martin"
REGION, ACCOUNT, DRAWN = "ap-southeast-2", "123456789012", "1ABCDEFGHIJKL"
KNOWN = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": STACK,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/{'a' * 36}",
    "MailFrom": "bonjour@boulangerie-martin.example",
}
CHOSEN = "x" * 40  # what an !If gives; the policy has one, for the topics of PeopleTopics
NUMBERS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
PLACES = {"AWS::DynamoDB::Table": "table/", "AWS::Lambda::Function": "function:", "AWS::CloudWatch::Alarm": "alarm:"}
SERVICES = {"AWS::CloudWatch::Alarm": "cloudwatch", "AWS::Scheduler::Schedule": "scheduler"}


def named(name: str) -> str:
    """Give the address of a resource, as long as AWS makes them."""
    kind = resources()[name]["Type"] if name in resources() else ""
    if kind == "AWS::S3::Bucket":
        return f"arn:aws:s3:::{STACK}-{name}-{DRAWN}"
    service = SERVICES.get(kind, kind.split("::")[1].lower() if kind else "sns")
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{PLACES.get(kind, '')}{STACK}-{name}-{DRAWN}"


def resolved(value: Any) -> Any:
    """Give a value of the template as CloudFormation would fill it in."""
    if isinstance(value, list):
        return [resolved(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) > 1 or not next(iter(value)).startswith(("Fn::", "Ref")):
        return {name: resolved(one) for name, one in value.items()}
    ((function, given),) = value.items()
    return _called(function, given)


def _called(function: str, given: Any) -> str:
    if function == "Ref":
        return KNOWN.get(given, named(given))
    if function == "Fn::GetAtt":
        return named(given[0])
    if function == "Fn::Sub":
        text, more = (given, {}) if isinstance(given, str) else (given[0], dict.fromkeys(given[1], "x" * 30))
        return re.sub(r"\$\{([^}]+)\}", lambda found: _filled(found[1], more), text)
    return CHOSEN


def _filled(name: str, more: dict[str, str]) -> str:
    return more.get(name) or KNOWN.get(name) or named(name.removesuffix(".Arn"))


def test_the_commands_policy_is_short_enough_for_the_topics_that_the_page_promises() -> None:
    """IAM refuses a longer one, and with it the whole deployment."""
    said = re.search(r"room for (\w+) of them in the command's policy, with names of up to (\d+) letters", WAYS)
    assert said is not None
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{'t' * int(said[2])}"
    topics = {"Effect": "Allow", "Action": "sns:Publish", "Resource": [topic] * NUMBERS[said[1]]}
    policy = resolved(resources()["CommandPolicy"]["Properties"]["PolicyDocument"])
    statements = [topics if one == CHOSEN else one for one in policy["Statement"]]  # as if topics were named
    length = len(json.dumps({**policy, "Statement": statements}, separators=(",", ":")))

    assert statements.count(topics) == 1
    assert length <= MOST, f"{length} characters: join statements of CommandPolicy, or promise fewer topics"
