"""What each role may do against what it did in this suite: no grant unused, no call refused, no resource too wide.

Runs last. The emulator evaluates every call of a function against its role's policies, and writes each decision down.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from infra.local.stack import MAIL_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.world import World

ROLES = [
    f"{name}Role"
    for name in (
        "ImportCalendar",
        "DispatchPosts",
        "PrepareDelivery",
        "PublishPost",
        "TellPeople",
        "ActOnLink",
        "RefreshTokens",
        "CheckUpcoming",
        "PollNetworks",
        "NoteReply",
        "ReceiveMail",
        "EscalateAlerts",
        "SendMorningPoint",
        "ReceiveWebhook",
        "RouteInteraction",
        "NoteBounce",
        "RunContests",
    )
]
# Done by the platform in the function's name, where the emulator evaluates nothing.
BY_THE_PLATFORM = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}
# The failed queue is written to by the platform; the sender's domain is there for those who verified only that.
# A configuration set is checked with the identity, which the emulator looks at alone.
NOT_HERE = ("*FailedQueue*", f"*:identity/{MAIL_FROM.partition('@')[2]}", "*:configuration-set/*")
NARROW = (
    r"arn:aws:dynamodb:[^:*]+:\d+:table/[^/*]+(/index/[a-z]+|/stream/[^/*]+)?",
    r"arn:aws:sqs:[^:*]+:\d+:[^:*]+",
    r"arn:aws:lambda:[^:*]+:\d+:function:[^:*]+",
    r"arn:aws:logs:[^:*]+:\d+:log-group:[^:*]+:\*",
    r"arn:aws:ssm:[^:*]+:\d+:parameter/heraut-e2e/\*",
    r"\+\*",  # every telephone number
    r"arn:aws:sns:[^:*]+:\d+:[^:*]+",
    r"arn:aws:ses:[^:*]+:\d+:(identity|configuration-set)/[^*]+",
    r"arn:aws:s3:::[^/*]+-filesbucket-[^/*]+/(inbox|reports|media|webhooks|mails)/\*",
    r"arn:aws:s3:::[^/*]+-publicbucket-[^/*]+((/(contests|events))?/\*)?",
)


@pytest.fixture(name="physical", scope="module")
def _physical(world: World) -> dict[str, str]:
    """Physical names of the stack's roles, by logical id."""
    pages = world.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=world.stack)
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for page in pages
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == "AWS::IAM::Role"
    }


def grants(world: World, role: str) -> Iterator[tuple[str, str]]:
    """Every action and resource that a role's policies allow, resolved."""
    identity = world.client("iam")
    assert identity.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    for name in identity.list_role_policies(RoleName=role)["PolicyNames"]:
        for one in identity.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]:
            assert one["Effect"] == "Allow"
            if one.get("NotResource"):  # numbers have no ARN: this idiom, and nothing wider
                assert one == {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sns:*:*:*"}
                yield "sns:Publish", "+*"
                continue
            for action in _list(one["Action"]):
                for resource in _list(one["Resource"]):
                    yield action, resource


def done(world: World, role: str, *, allowed: bool) -> set[tuple[str, str]]:
    """What a role asked for and got, or did not get from any policy."""
    mine = [one for one in world.actions() if one["role"] == role]
    got = {(one["action"], one["resource"]) for one in mine if one["allowed"]}
    return got if allowed else {(one["action"], one["resource"]) for one in mine} - got


def test_every_role_of_a_function_is_looked_at(physical: dict[str, str]) -> None:
    """A function that is added is added here."""
    assert set(physical) == {*ROLES, "SchedulerRole", "RefusalsRole"}


@pytest.mark.parametrize("role", ROLES)
def test_what_is_granted_is_used(world: World, physical: dict[str, str], role: str) -> None:
    """An action that nothing in this suite needed, on each resource it is granted on, is a grant too many."""
    used = done(world, physical[role], allowed=True)
    unused = {
        (action, resource)
        for action, resource in grants(world, physical[role])
        if action not in BY_THE_PLATFORM
        and not any(fnmatchcase(resource, pattern) for pattern in NOT_HERE)
        and not any(action == did and fnmatchcase(on, resource) for did, on in used)
    }

    assert unused == set()


@pytest.mark.parametrize("role", ROLES)
def test_nothing_was_refused(world: World, physical: dict[str, str], role: str) -> None:
    """A call that a role may not make is a bug of the template or of the code, even where the code bears it."""
    assert done(world, physical[role], allowed=False) == set()


@pytest.mark.parametrize("role", ROLES)
def test_what_is_granted_is_narrow(world: World, physical: dict[str, str], role: str) -> None:
    """No wildcard action; no resource wider than a table, an index, a queue, a parameter path or a prefix."""
    found = set(grants(world, physical[role]))

    assert {action for action, _ in found if not re.fullmatch(r"[a-z0-9]+:[A-Za-z]+", action)} == set()
    assert {one for _, one in found if not any(re.fullmatch(shape, one) for shape in NARROW)} == set()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
