"""The AWS account a person deploys into: their answers, the stack's outputs, what the provider still withholds."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from heraut.aws.clients import Clients
from heraut.aws.health import Health
from heraut.cli.findings import Finding, of_texts
from heraut.errors import HerautError
from infra.local import environments

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "samconfig.local.toml"
STACK = "heraut"


class Refused(Exception):
    """The account cannot be used, or said no; the message says what to do."""


@dataclass(frozen=True)
class Answers:
    """What the person deploying answered the first time; an empty region means the profile's own."""

    stack: str
    region: str
    parameters: dict[str, str]


def answers() -> Answers:
    """Read what SAM saved after its questions; the defaults before the first deployment."""
    if not ANSWERS.exists():
        return Answers(STACK, "", {})
    given = (
        tomllib.loads(ANSWERS.read_text(encoding="utf-8")).get("default", {}).get("deploy", {}).get("parameters", {})
    )
    overrides = given.get("parameter_overrides", [])
    pairs = shlex.split(overrides) if isinstance(overrides, str) else overrides
    parameters = dict(pair.split("=", 1) for pair in pairs)
    return Answers(
        given.get("stack_name", STACK),
        given.get("region", ""),
        {name: value.strip('"') for name, value in parameters.items() if value},
    )


def client(service: str, region: str) -> Any:
    """A client of the account, with the person's own credentials."""
    return boto3.client(service, region_name=region or None)  # type: ignore[call-overload]  # not a literal


def region_of(given: Answers) -> str:
    """The region to use.

    Raises: Refused when neither the answers nor the profile name one.
    """
    region = given.region or os.environ.get("AWS_REGION") or boto3.Session().region_name
    if not region:
        raise Refused("No region is set. Name one, for example: AWS_REGION=eu-west-3 make deploy")
    return region


def check_credentials(region: str) -> str:
    """The account's number.

    Raises: Refused when there are no credentials, or they do not work.
    """
    try:
        return str(client("sts", region).get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"AWS does not know who you are ({error}). Sign in first, for example: aws sso login") from error


def sandboxes(region: str) -> list[str]:
    """Whether mail and SMS are still in the provider's sandbox: a line each, with the remedy where one is."""
    return sandboxes_of(Health(Clients(session=boto3.Session(region_name=region or None)), {}))


def sandboxes_of(health: Health) -> list[str]:
    """Say it of the account that `health` reads."""
    try:
        reached, texts = health.mail_reaches_everybody(), health.texts()
    except HerautError as error:
        return [f"! Whether mail and SMS are in the provider's sandbox could not be read ({error})."]
    mail = [] if reached else [Finding("mail_sandbox")]
    lines = [f"! {one.message} {one.remedy}" for one in (*mail, *of_texts(texts))]
    free = [name for name, there in (("Mail", reached), ("SMS", not texts.sandbox)) if there]
    return [*lines, *(f"  {name} is out of the provider's sandbox." for name in free)]


def doctor(stack: str, region: str) -> int:
    """Run `heraut doctor` on the stack, in this terminal; its exit status."""
    environment = {**os.environ, "AWS_REGION": region}
    return subprocess.call([str(Path(sys.executable).parent / "heraut"), "doctor", "--stack", stack], env=environment)


def outputs(stack: str, region: str) -> dict[str, str]:
    """The stack's outputs; empty when it does not exist."""
    try:
        found = client("cloudformation", region).describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError:
        return {}
    return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def sam(*arguments: str) -> None:
    """Run the SAM CLI in this terminal.

    Raises: Refused when it fails; it has said why.
    """
    environment = dict(os.environ)
    if "AWS_REGION" in environment:  # which the AWS CLI reads, and SAM does not
        environment["AWS_DEFAULT_REGION"] = environment["AWS_REGION"]
    status = subprocess.call([environments.program("sam", "sam"), *arguments], cwd=ROOT, env=environment)
    if status != 0:
        raise Refused(f"`sam {arguments[0]}` ended with status {status}; it says why above.")
