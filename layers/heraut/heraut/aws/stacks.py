"""Reaching a stack from a desk: the embedded one by its keys, a deployed one by its name."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from heraut.aws.clients import Clients
from heraut.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reason(StrEnum):
    """Why AWS cannot be asked."""

    KEYS = "keys"  # there are none
    REGION = "region"  # none was chosen
    PROFILE = "profile"  # AWS_PROFILE names one that does not exist
    REFUSED = "refused"  # AWS knows better: keys over, or not allowed
    UNREACHABLE = "unreachable"  # no answer


class NotLetIn(ConfigurationError):
    """AWS could not be asked with the keys of whoever asks."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep why, and AWS's own words."""
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


_REASONS: dict[type[BotoCoreError], Reason] = {
    NoCredentialsError: Reason.KEYS,
    PartialCredentialsError: Reason.KEYS,
    NoRegionError: Reason.REGION,
    ProfileNotFound: Reason.PROFILE,
}


def embedded(endpoint: str, access_key: str, secret_key: str, region: str) -> Clients:
    """Give the clients of an emulator's stack."""
    session = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    return Clients(endpoint, session)


def deployed(stack: str) -> tuple[Clients, Mapping[str, str]]:
    """Give the clients and outputs of a stack in AWS, with the keys of whoever asks.

    Raises NotFound when there is no such stack here, NotLetIn when AWS cannot be asked.
    """
    try:
        session = boto3.Session(region_name=os.environ.get("AWS_REGION"))  # boto3 reads AWS_DEFAULT_REGION alone
        found = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise NotFound(stack) from error
        raise NotLetIn(Reason.REFUSED, error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise NotLetIn(_REASONS.get(type(error), Reason.UNREACHABLE), str(error)) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Clients(session=session), outputs
