"""The AWS account around a stack under moto; what moto does not know of it is answered here, all well at first."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from heraut.aws.health import ALARMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contracts.cli_shop import Shop

CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass
class Provider:
    """What AWS answers about the account; a test changes it."""

    shop: Shop
    production: bool = True
    verified: bool = True  # else what moto says: the address is not, its domain is unknown
    sms_sandbox: bool = False
    most_at_once: int = 1000
    morning: str = "ENABLED"
    no_room: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # operations that the keys may not call

    def __post_init__(self) -> None:
        clients = self.shop.clients
        clients.sns.subscribe(TopicArn=self.shop.topic, Protocol="email", Endpoint="astreinte@example.com")
        clients.sns.set_sms_attributes(attributes={"MonthlySpendLimit": "50"})
        lock: Any = dict.fromkeys(CLOSED, True)
        clients.s3.put_public_access_block(Bucket="files", PublicAccessBlockConfiguration=lock)
        for name in ALARMS:
            clients.cloudwatch.put_metric_alarm(
                AlarmName=name,
                Namespace="n",
                MetricName="m",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="LessThanThreshold",
            )
        self.beat(datetime.now(UTC) - timedelta(seconds=90))

    def beat(self, at: datetime) -> None:
        """Let a tick have completed."""
        self.shop.clients.cloudwatch.put_metric_data(
            Namespace="heraut/test", MetricData=[{"MetricName": "TickCompleted", "Timestamp": at, "Value": 1}]
        )

    @contextmanager
    def answering(self) -> Iterator[Provider]:
        """Answer, for the length of a `with` block, what moto does not know."""
        clients = self.shop.clients
        made: list[Any] = [clients.mail, clients.sns, clients.functions, clients.s3, clients.sqs, clients.cloudwatch]
        made.append(clients.schedules)
        for client in made:
            client.meta.events.register_last("before-call", self._answer)
        try:
            yield self
        finally:
            for client in made:
                client.meta.events.unregister("before-call", self._answer)

    def _answer(self, params: dict[str, Any], model: Any, **_: object) -> tuple[Any, dict[str, Any]] | None:
        if model.name in self.refused:
            error = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            return SimpleNamespace(status_code=403, headers={}), error
        function = params.get("url_path", "").split("/")
        answers: dict[str, dict[str, Any]] = {
            "GetSchedule": {"State": self.morning},
            "GetAccount": {"ProductionAccessEnabled": self.production},
            "GetSMSSandboxAccountStatus": {"IsInSandbox": self.sms_sandbox},
            "GetAccountSettings": {"AccountLimit": {"ConcurrentExecutions": self.most_at_once}},
            "GetFunctionConcurrency": ({"ReservedConcurrentExecutions": 0} if self.no_room & set(function) else {}),
        }
        if self.verified:
            answers["GetEmailIdentity"] = {"VerifiedForSendingStatus": True}
        found = answers.get(model.name)
        return None if found is None else (SimpleNamespace(status_code=200, headers={}), found)
