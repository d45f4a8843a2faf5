"""`make deploy`: puts the built stack into an AWS account, guided the first time, and tries every function at the end.

usage: python -m infra.deploy [--look | --no-wait]

`--look`, which `make deploy` calls before it builds, says into which account it would go and whether mail and SMS are
still in the provider's sandbox. Exit status 1 and a sentence when something is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import TYPE_CHECKING

from infra import account
from infra.local.stack import functions_of

if TYPE_CHECKING:
    from collections.abc import Mapping

WAIT_SECONDS = 900
RECEIVES_NO_MAIL = frozenset({"eu-west-3"})  # Amazon SES: https://docs.aws.amazon.com/general/latest/gr/ses.html
LOOKED = frozenset({0, 3})  # all is well, or something waits for a person: neither is a failure of the deployment
COMMON = ("--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--no-confirm-changeset")


def main() -> int:
    """Look only, or deploy, try, look again; see the module."""
    options = argparse.ArgumentParser(prog="make deploy", description=__doc__)
    options.add_argument("--look", action="store_true", help="only say what is known before anything is done")
    options.add_argument("--no-wait", action="store_true", help="do not wait for the alarm address to be confirmed")
    chosen = options.parse_args()
    try:
        return look() if chosen.look else deploy(wait=not chosen.no_wait)
    except account.Refused as problem:
        print(problem, file=sys.stderr)
        return 1


def look() -> int:
    """Say what is known of the account before anything is built or changed; 0.

    Raises: account.Refused.
    """
    region = account.region_of(account.answers())
    print(f"Account {account.check_credentials(region)}, region {region}.")
    for line in account.sandboxes(region):
        print(line)
    return 0


def deploy(*, wait: bool) -> int:
    """Deploy with the answers there are, asking when there are none; 0 when every function started.

    Raises: account.Refused.
    """
    given = account.answers()
    account.check_credentials(account.region_of(given))
    check_answers(given.parameters, account.region_of(given))
    if given.parameters:
        account.sam("deploy", "--config-file", str(account.ANSWERS), *COMMON, *changed(given.parameters))
    else:
        account.ANSWERS.write_text("version = 0.1\n", encoding="utf-8")  # SAM saves into a file that exists only
        print("First deployment: SAM asks for what it needs. Leave a question empty to take what stands in brackets.")
        account.sam("deploy", "--guided", "--stack-name", given.stack, "--config-file", str(account.ANSWERS))
    given = account.answers()
    region = account.region_of(given)
    outputs = account.outputs(given.stack, region)
    if not outputs:
        raise account.Refused(f"The stack {given.stack} is not there: was the change set refused?")
    broken = try_functions(outputs, region)
    if wait:
        wait_for_confirmation(outputs["AlarmsTopic"], region)
    for name in ("PublicUrl", "LinksUrl", "FilesBucket", "CommandPolicyArn"):
        print(f"  {name}: {outputs.get(name) or '-'}")
    for line in answers_by_mail(outputs, given.parameters, region):
        print(line)
    print(f"What `heraut doctor --stack {given.stack}` finds (a machine deployed a minute ago has not run yet):")
    looked = account.doctor(given.stack, region)
    return 1 if broken or looked not in LOOKED else 0


def check_answers(parameters: Mapping[str, str], region: str) -> None:
    """Look whether mail can be received where the parameters say.

    Raises: account.Refused, before anything is changed.
    """
    if parameters.get("AnswersDomain") and (parameters.get("AnswersRegion") or region) in RECEIVES_NO_MAIL:
        raise account.Refused(
            f"Amazon SES receives no mail in {region}. Name another region for it, for example AnswersRegion=eu-west-1 "
            f"in {account.ANSWERS.name}: everything else stays in {region}. Or leave AnswersDomain empty: alerts are "
            "then answered from their page, and their messages have no address for answers."
        )


def answers_by_mail(outputs: Mapping[str, str], parameters: Mapping[str, str], region: str) -> list[str]:
    """Say what a person must still do before alerts can be answered by e-mail; nothing where they are not to be."""
    domain = outputs.get("AnswersDomain")
    if not domain:
        return []
    there = parameters.get("AnswersRegion") or region
    lines = [
        f"Alerts can be answered by e-mail at {domain} once (docs/runbook.md, Answers by e-mail, has the commands):",
        f"  the domain is verified in SES in {there}, and its MX record is: 10 inbound-smtp.{there}.amazonaws.com",
    ]
    rule_set = outputs.get("AnswersRuleSet")
    if rule_set:
        lines.append(
            f"  the rule set works: aws ses set-active-receipt-rule-set --region {there} --rule-set-name {rule_set}"
            " (an account has one that works: where another does, add the rule to that one instead)"
        )
    else:
        lines.append(f"  a rule in {there} puts its mail into the bucket {outputs.get('FilesBucket')} under mails/")
    return lines


def changed(parameters: Mapping[str, str]) -> list[str]:
    """What HEARTBEAT_URL (empty: none any more) changes; unset, the stack keeps the address it was given."""
    if "HEARTBEAT_URL" not in os.environ:
        return []
    wanted = {**parameters, "HeartbeatUrl": os.environ["HEARTBEAT_URL"]}
    return ["--parameter-overrides", *(f"{name}={value}" for name, value in wanted.items())]


def try_functions(outputs: dict[str, str], region: str) -> list[str]:
    """Call each function with the self-test event: the layer built for Arm runs nowhere earlier. Returns the broken."""
    broken = []
    for name in functions_of(outputs):
        answer = account.client("lambda", region).invoke(
            FunctionName=outputs[name], Payload=json.dumps({"self_test": True})
        )
        payload = json.loads(answer["Payload"].read() or b"null")
        works = "FunctionError" not in answer and payload == {"ok": True}
        print(f"  {name.removesuffix('Function').lower():9} {'starts' if works else f'DOES NOT START: {payload}'}")
        if not works:
            broken.append(name)
    return broken


def wait_for_confirmation(topic: str, region: str) -> None:
    """Wait until the alarm address is confirmed: until then nobody hears that the machine is dead."""
    said = False
    for _ in range(WAIT_SECONDS // 5):
        subscriptions = account.client("sns", region).list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        if all(one["SubscriptionArn"].startswith("arn:") for one in subscriptions):
            print("  the alarm address is confirmed")
            return
        if not said:
            addresses = ", ".join(one["Endpoint"] for one in subscriptions)
            print(f"Waiting for {addresses} to confirm: open the message from AWS, click its link (Ctrl-C to go on).")
            said = True
        try:
            time.sleep(5)
        except KeyboardInterrupt:
            break
    print("! The alarm address is not confirmed: nobody hears when the machine is dead. Run `make deploy` again.")


if __name__ == "__main__":
    sys.exit(main())
