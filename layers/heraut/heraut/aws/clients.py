"""Where AWS clients are made: time limits, retries, endpoint.

A client is made when it is first asked for and kept: making one costs tens of milliseconds, and clients (unlike
boto3's resources and sessions) may be used from several threads. Retries are the SDK's `standard` mode, so a write may
arrive twice: the stores recognise their own.
"""

from __future__ import annotations

import os
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

CONNECT_SECONDS = 2
ANSWER_SECONDS = 5
TRANSFER_SECONDS = 30  # objects are bigger
CALL_SECONDS = 120  # a function that is called, not started
TRIES = 4
CONNECTIONS = 20  # a thread for each of ten deliveries, and their own calls


class Clients:
    """The clients of one stack.

    `endpoint` is where an emulator listens (None: `AWS_ENDPOINT_URL` if it is set, else AWS itself).
    """

    def __init__(self, endpoint: str | None = None, session: boto3.Session | None = None) -> None:
        self._endpoint = endpoint or os.environ.get("AWS_ENDPOINT_URL") or None
        self._session = session or boto3.Session()
        self._lock = threading.RLock()

    def later(self, name: str) -> Any:
        """Give the client of that name (`sqs`...) as something that makes it when it is first used."""
        return _Later(self, name, self._lock)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The tables."""
        return self._session.client("dynamodb", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def sqs(self) -> SQSClient:
        """The queue."""
        return self._session.client("sqs", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def functions(self) -> LambdaClient:
        """The functions, to start one asynchronously."""
        return self._session.client("lambda", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def calling(self) -> LambdaClient:
        """The functions, to call one and wait for its answer (a cold start included)."""
        return self._session.client("lambda", endpoint_url=self._endpoint, config=_config(CALL_SECONDS))

    @cached_property
    def ssm(self) -> SSMClient:
        """The secrets."""
        return self._session.client("ssm", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def mail(self) -> SESV2Client:
        """E-mail."""
        return self._session.client("sesv2", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def sns(self) -> SNSClient:
        """Short messages and topics; who hears of alarms."""
        return self._session.client("sns", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def schedules(self) -> EventBridgeSchedulerClient:
        """What starts functions (a desk's work: the layer does not know this service)."""
        return self._session.client("scheduler", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Alarms and metrics (a desk's work: the layer does not know this service)."""
        return self._session.client("cloudwatch", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """Who hears what is logged (a desk's work: the layer does not know this service)."""
        return self._session.client("logs", endpoint_url=self._endpoint, config=_config())

    @cached_property
    def s3(self) -> S3Client:
        """The buckets; on an emulator the bucket stands in the path, because `<bucket>.localhost` has no address."""
        place = Config(s3={"addressing_style": "path" if self._endpoint else "virtual"}, signature_version="s3v4")
        config = _config(TRANSFER_SECONDS).merge(place)
        return self._session.client("s3", endpoint_url=self._endpoint, config=config)


class _Later:
    """A client to be: one thread alone makes it, because a session may not be shared."""

    def __init__(self, clients: Clients, name: str, lock: threading.RLock) -> None:
        self._clients, self._name, self._lock = clients, name, lock

    def __getattr__(self, operation: str) -> Any:
        with self._lock:
            client = getattr(self._clients, self._name)
        return getattr(client, operation)


def _config(answer_seconds: int = ANSWER_SECONDS) -> Config:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=answer_seconds,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        max_pool_connections=CONNECTIONS,
        tcp_keepalive=True,
    )
