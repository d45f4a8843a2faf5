"""Reaching a stack from a desk: the embedded one by its keys, a deployed one by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from heraut.aws.clients import Clients
from heraut.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping


def embedded(endpoint: str, access_key: str, secret_key: str, region: str) -> Clients:
    """Give the clients of an emulator's stack."""
    session = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    return Clients(endpoint, session)


def deployed(stack: str) -> tuple[Clients, Mapping[str, str]]:
    """Give the clients and outputs of a stack in AWS, with the keys of whoever asks.

    Raises NotFound when there is no such stack here, ConfigurationError when AWS does not let us in.
    """
    session = boto3.Session()
    try:
        found = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise NotFound(stack) from error
        raise ConfigurationError(error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise ConfigurationError(str(error)) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Clients(session=session), outputs
