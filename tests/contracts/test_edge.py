"""What becomes of trouble between us and AWS, and how clients are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from heraut.aws.clients import Clients
from heraut.aws.edge import edge
from heraut.errors import ConfigurationError, Conflict, HerautError, NotFound, TryAgain
from tests.contracts.stack import clients

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EndpointConnectionError(endpoint_url="https://dynamodb.example"), TryAgain),
        (ConnectTimeoutError(endpoint_url="https://dynamodb.example"), TryAgain),
        (ReadTimeoutError(endpoint_url="https://dynamodb.example"), TryAgain),
        (NoCredentialsError(), ConfigurationError),
        (ParamValidationError(report="wrong"), ConfigurationError),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_no_answer_is_later_and_no_keys_is_a_setting(error: BotoCoreError, expected: type[HerautError]) -> None:
    """The text says which operation."""
    with pytest.raises(expected, match=f"read an item: {type(error).__name__}") as raised, edge("read an item"):
        raise error
    assert raised.value.__cause__ is error


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        (["None", "ConditionalCheckFailed"], Conflict),
        (["TransactionConflict", "ConditionalCheckFailed"], Conflict),
        (["None", "ThrottlingError"], TryAgain),
        (["TransactionConflict"], TryAgain),
        (["ValidationError"], HerautError),
    ],
)
def test_why_a_transaction_was_cancelled_decides(reasons: list[str], expected: type[HerautError]) -> None:
    """A condition that does not hold outweighs everything else."""
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": code} for code in reasons],
    }
    cancelled = ClientError(answer, "TransactWriteItems")
    with pytest.raises(HerautError) as raised, edge("write items together"):
        raise cancelled
    assert type(raised.value) is expected


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("ConditionalCheckFailedException", 400, Conflict),
        ("PreconditionFailed", 412, Conflict),
        ("NoSuchKey", 404, NotFound),
        ("ParameterNotFound", 400, NotFound),
        ("AccessDenied", 403, ConfigurationError),
        ("Whatever", 503, TryAgain),
        ("RequestThrottled", 400, TryAgain),  # the queue's own word for it
        ("Whatever", 400, HerautError),
    ],
)
def test_codes_decide(code: str, status: int, expected: type[HerautError]) -> None:
    """AWS's own message is left out: it may quote what was sent."""
    said = ClientError(
        {"Error": {"Code": code, "Message": "hunter2"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Operation",
    )
    with pytest.raises(HerautError) as raised, edge("do it"):
        raise said
    assert type(raised.value) is expected
    assert str(raised.value).startswith(f"do it: {code}")
    assert "hunter2" not in str(raised.value)


def test_our_own_errors_pass(aws: None) -> None:
    """Only what AWS says is translated."""
    with pytest.raises(KeyError), edge("do it"):
        raise KeyError("ours")


class TestClients:
    def test_nobody_waits_for_ever(self, aws: None) -> None:
        """Every client has limits and the standard retries; one client of a kind is made."""
        made = clients()
        assert made.dynamodb is made.dynamodb
        for client in (made.dynamodb, made.sqs, made.functions, made.ssm, made.mail, made.s3):
            config: Any = client.meta.config
            assert 0 < config.connect_timeout <= 2
            assert 0 < config.read_timeout <= 30
            assert config.retries == {"mode": "standard", "total_max_attempts": 4}

    def test_an_emulator_is_where_the_environment_says(self, aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """And there the bucket stands in the path."""
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")
        made = Clients()
        assert {one.meta.endpoint_url for one in (made.dynamodb, made.ssm, made.s3)} == {"http://127.0.0.1:4599"}
        address = made.s3.generate_presigned_url("get_object", Params={"Bucket": "files", "Key": "a.jpg"})
        assert address.startswith("http://127.0.0.1:4599/files/a.jpg?")
        assert Clients(endpoint="http://127.0.0.1:1").sqs.meta.endpoint_url == "http://127.0.0.1:1"
