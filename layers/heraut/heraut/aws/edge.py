"""The edge: what AWS answers, said in the words of `heraut.errors`, once.

Texts name the operation and AWS's own code, never a value: errors end in logs.
"""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from heraut.errors import ConfigurationError, Conflict, HerautError, NotFound, TryAgain

if TYPE_CHECKING:
    from collections.abc import Iterator

CONDITION_FAILED = "ConditionalCheckFailed"
_LATER = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
        "TransactionConflictException",
        "TransactionInProgressException",
    },
)
_CONFLICT = frozenset({"ConditionalCheckFailedException", "ConditionalRequestConflict", "PreconditionFailed", "412"})
_ABSENT = frozenset({"NoSuchKey", "NotFound", "404", "ParameterNotFound"})
_REFUSED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"})
_MISSING = frozenset(
    {"ResourceNotFoundException", "NoSuchBucket", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}
)


@contextmanager
def edge(operation: str) -> Iterator[None]:
    """Translate what AWS raises inside: Conflict, NotFound, TryAgain, ConfigurationError, else HerautError."""
    try:
        yield
    except ClientError as error:
        raise translated(operation, error) from error
    except (NoConnection, HTTPClientError) as error:  # no answer: name, connect, TLS, time, closed
        raise TryAgain(f"{operation}: {type(error).__name__}") from error
    except BotoCoreError as error:  # credentials, region, parameters: somebody must mend it
        raise ConfigurationError(f"{operation}: {type(error).__name__}") from error


def code_of(error: ClientError) -> str:
    """Give AWS's own code for what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def reasons_of(error: ClientError) -> list[str]:
    """Give why a transaction was cancelled: a code for each item (`None` where the item was not the cause)."""
    reasons = error.response.get("CancellationReasons", [])
    return [str(reason.get("Code", "None")) for reason in reasons]


def translated(operation: str, error: ClientError) -> HerautError:
    """Say in our words what a ClientError means."""
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    text = f"{operation}: {code}"
    if code == "TransactionCanceledException":
        return _cancelled(operation, reasons_of(error))
    if code in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryAgain(text)
    if code in _REFUSED:
        return ConfigurationError(f"{text}: the permissions of this function or user do not allow it")
    if code in _MISSING:
        return ConfigurationError(f"{text}: what the settings name is not there")
    kind = Conflict if code in _CONFLICT else NotFound if code in _ABSENT else HerautError
    return kind(text)


def _cancelled(operation: str, reasons: list[str]) -> HerautError:
    text = f"{operation}: cancelled ({', '.join(sorted(set(reasons) - {'None'}))})"
    if CONDITION_FAILED in reasons:
        return Conflict(text)
    if {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"} & set(reasons):
        return TryAgain(text)
    return HerautError(text)
