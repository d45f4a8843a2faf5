"""`make destroy`: takes the stack out of the account; says what goes and what stays, and asks for its name.

usage: python -m infra.destroy
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra import account, refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT = {"AWS::DynamoDB::Table": "table", "AWS::S3::Bucket": "bucket"}


def main() -> int:
    """Say, ask, delete; exit status 1 when it was not done."""
    try:
        return destroy()
    except account.Refused as problem:
        print(problem, file=sys.stderr)
        return 1


def destroy() -> int:
    """Delete the stack once its name was typed.

    Raises: account.Refused.
    """
    given = account.answers()
    region = account.region_of(given)
    number = account.check_credentials(region)
    outputs = account.outputs(given.stack, region)
    if not outputs:
        raise account.Refused(f"There is no stack {given.stack} in account {number}, region {region}.")
    formation = account.client("cloudformation", region)
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=given.stack)
    resources = [one for page in pages for one in page["StackResourceSummaries"]]
    kept = [one for one in resources if one["ResourceType"] in KEPT]
    print(f"This removes the stack {given.stack} from account {number}, region {region}:")
    print(
        f"  goes: {len(resources) - len(kept)} resources: functions, schedules, queues and what waits in them, alarms,"
    )
    print(f"        logs, and every link already sent ({outputs['LinksUrl']})")
    print("  stays, with all it holds, until you delete it yourself:")
    for one in kept:
        print(f"        {KEPT[one['ResourceType']]} {one['PhysicalResourceId']}")
    print(f"        the accounts' secrets, the parameters under {outputs['SecretsPath']}")
    if input(f"Type {given.stack} to go on: ").strip() != given.stack:
        print("Nothing was changed.")
        return 1
    if "RefusalsRole" in outputs:  # SNS must not be left with a role that is gone
        take_back(given.stack, outputs, region)
    account.sam("delete", "--stack-name", given.stack, "--region", region, "--no-prompts")
    print(f"Removed. Your answers stay in {account.ANSWERS.name}.")
    return 0


def take_back(stack: str, outputs: Mapping[str, str], region: str) -> None:
    """Take back what `make refusals` added to the account; what cannot be is said, and stops nothing."""
    try:
        for line in refusals.off(stack, outputs, region):
            print(line)
    except ClientError as error:
        print(f"! What make refusals added to the account stays ({error}).")


if __name__ == "__main__":
    sys.exit(main())
