"""What a deployed stack says of itself: its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from heraut.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    import boto3


def stack_outputs(session: boto3.Session, stack: str) -> Mapping[str, str]:
    """Read a stack's outputs; NotFound when there is no such stack here, ConfigurationError when AWS lets us not in."""
    try:
        found = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise NotFound(stack) from error
        raise ConfigurationError(error.response["Error"]["Message"]) from error
    except BotoCoreError as error:
        raise ConfigurationError(str(error)) from error
    return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
