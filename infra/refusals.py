"""`make refusals`: lets the stack hear which text messages no telephone got, so that they go another way.

usage: python -m infra.refusals [--off]

SNS writes them into a log group whose name is the same in every account, once the account has a role for it; CloudWatch
Logs calls the stack's function with what is written there. All of it is the account's, and may be there before the
stack: what is there stays as it is, only what is missing is added. `--off` takes back what this stack added.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of
from heraut.retention import REFUSALS_LOG
from infra import account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROLE = "DeliveryStatusIAMRole"
SAMPLING = "DeliveryStatusSuccessSamplingRate"
MOST_READERS = (
    2  # of one log group (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html)
)
GONE = "ResourceNotFoundException"
THERE = "ResourceAlreadyExistsException"


def main() -> int:
    """Turn it on, or off; exit status 1 and a sentence when something is in the way."""
    options = argparse.ArgumentParser(prog="make refusals", description=__doc__)
    options.add_argument("--off", action="store_true", help="take back what this stack added")
    try:
        turn(off if options.parse_args().off else on)
    except account.Refused as problem:
        print(problem, file=sys.stderr)
        return 1
    except ClientError as error:
        print(f"AWS refused: {error}", file=sys.stderr)
        return 1
    return 0


def turn(how: Callable[[str, Mapping[str, str], str], Iterator[str]]) -> None:
    """Do it to the stack of the answers there are, saying what is done.

    Raises: account.Refused.
    """
    given = account.answers()
    region = account.region_of(given)
    number = account.check_credentials(region)
    outputs = account.outputs(given.stack, region)
    if "RefusalsRole" not in outputs:
        raise account.Refused(f"There is no stack {given.stack} in account {number}, region {region}: make deploy.")
    for line in how(given.stack, outputs, region):
        print(line)


def on(stack: str, outputs: Mapping[str, str], region: str) -> Iterator[str]:
    """Make what is missing: the log group, its reader, the account's setting; a line each.

    Raises: account.Refused when the log group has no room for one more reader; nothing was changed then.
    """
    logs, group = account.client("logs", region), outputs["RefusalsLog"]
    function = account.client("lambda", region).get_function(FunctionName=outputs["BounceFunction"])
    readers = [one for one in _readers(logs, group) if one["filterName"] != stack]
    if len(readers) >= MOST_READERS:
        names = ", ".join(one["filterName"] for one in readers)
        raise account.Refused(
            f"{group} has {len(readers)} readers already ({names}), and takes no more. Take one away "
            "(aws logs delete-subscription-filter), then run this again."
        )
    if _made(logs, group):
        logs.put_retention_policy(logGroupName=group, retentionInDays=REFUSALS_LOG.days)
        yield f"  {group} is there, and forgets after {REFUSALS_LOG.days} days"
    else:
        yield f"  {group} was there, and stays as it is"
    arn = function["Configuration"]["FunctionArn"]
    logs.put_subscription_filter(logGroupName=group, filterName=stack, filterPattern="", destinationArn=arn)
    yield f"  {stack} reads it"
    texts = account.client("sns", region)
    held = texts.get_sms_attributes()["attributes"]
    if held.get(ROLE):
        yield f"  SNS writes into it already, as {held[ROLE]}: that stays as it is"
        return
    # Without a rate SNS would write down every text message that did arrive, too.
    rate = {} if held.get(SAMPLING) else {SAMPLING: "0"}
    texts.set_sms_attributes(attributes={ROLE: outputs["RefusalsRole"], **rate})
    yield "  SNS writes into it from now on, for every text message of this account and region that did not arrive"


def off(stack: str, outputs: Mapping[str, str], region: str) -> Iterator[str]:
    """Take back the reader, and the account's setting where it is this stack's; a line for each that was there."""
    logs, group = account.client("logs", region), outputs["RefusalsLog"]
    readers = _readers(logs, group)
    if any(one["filterName"] == stack for one in readers):
        logs.delete_subscription_filter(logGroupName=group, filterName=stack)
        yield f"  {stack} reads {group} no more"
    texts = account.client("sns", region)
    if texts.get_sms_attributes()["attributes"].get(ROLE) == outputs["RefusalsRole"]:
        texts.set_sms_attributes(attributes={ROLE: ""})
        yield "  SNS writes down no more which text messages did not arrive"
        others = [one["filterName"] for one in readers if one["filterName"] != stack]
        if others:
            yield f"! {', '.join(others)} read them too: run make refusals there again"


def _readers(logs: Any, group: str) -> list[dict[str, str]]:
    try:
        found: list[dict[str, str]] = logs.describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    except ClientError as error:
        if code_of(error) == GONE:
            return []
        raise
    return found


def _made(logs: Any, group: str) -> bool:
    try:
        logs.create_log_group(logGroupName=group)
    except ClientError as error:
        if code_of(error) == THERE:
            return False
        raise
    return True


if __name__ == "__main__":
    sys.exit(main())
