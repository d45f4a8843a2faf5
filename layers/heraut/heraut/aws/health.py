"""What AWS says of a stack and its account: whether alarms reach somebody, what is withheld, what gave up.

Read by `heraut doctor` and at the end of a deployment; functions never load it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of, edge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from heraut.aws.clients import Clients

ALARMS = ("HeartbeatAlarm", "OverdueAlarm", "UndeliveredAlarm", "FailedAlarm")
BEATS_WITHIN = timedelta(hours=3)
PEEKED = 10  # messages of a failure queue that are looked at
ABSENT = "NotFoundException"
NO_GROUP = "ResourceNotFoundException"
NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


@dataclass(frozen=True)
class GivenUp:
    """What stands in a failure queue: about how many messages, and the texts of the first few."""

    count: int
    bodies: tuple[str, ...]


@dataclass(frozen=True)
class Texts:
    """SMS: whether only verified numbers are reached, and the most that may be spent a month (dollars)."""

    sandbox: bool
    limit: float


class Health:
    """Reads, each for itself: one that is not allowed must not hide the others.

    Every read raises TryAgain, ConfigurationError (not allowed) or another HerautError.
    """

    def __init__(self, clients: Clients, outputs: Mapping[str, str]) -> None:
        self._clients = clients
        self._outputs = outputs

    def alarm_addresses(self) -> Mapping[str, bool]:
        """Give who hears of alarms, and whether each confirmed."""
        with edge("read who hears of alarms"):
            pages = self._clients.sns.get_paginator("list_subscriptions_by_topic").paginate(
                TopicArn=self._outputs["AlarmsTopic"]
            )
            return {
                one.get("Endpoint", ""): one.get("SubscriptionArn", "").startswith("arn:")
                for page in pages
                for one in page["Subscriptions"]
            }

    def mail_reaches_everybody(self) -> bool:
        """Whether mail has left the provider's sandbox."""
        with edge("read the mail account"):
            return bool(self._clients.mail.get_account().get("ProductionAccessEnabled"))

    def sender_verified(self) -> bool:
        """Whether the sender's address, or its domain, is verified."""
        sender = self._outputs["MailFrom"]
        return any(self._verified(name) for name in (sender, sender.partition("@")[2]))

    def texts(self) -> Texts:
        """Give what holds for SMS."""
        with edge("read the SMS account"):
            sandbox = self._clients.sns.get_sms_sandbox_account_status()["IsInSandbox"]
            attributes = self._clients.sns.get_sms_attributes()["attributes"]
        return Texts(sandbox, float(attributes.get("MonthlySpendLimit") or 1))

    def hears_refusals(self) -> bool:
        """Whether SNS writes down which text messages did not arrive, and this stack's function reads it."""
        with edge("read who hears of text messages"):
            try:
                filters = self._clients.logs.describe_subscription_filters(logGroupName=self._outputs["RefusalsLog"])
            except ClientError as error:
                if code_of(error) == NO_GROUP:
                    return False
                raise
            attributes = self._clients.sns.get_sms_attributes()["attributes"]
        ours = f":function:{self._outputs['BounceFunction']}"
        reads = any(one.get("destinationArn", "").endswith(ours) for one in filters["subscriptionFilters"])
        return reads and bool(attributes.get("DeliveryStatusIAMRole"))

    def most_at_once(self) -> int:
        """Give how many functions the account may run at once."""
        with edge("read the account's limits"):
            return int(self._clients.functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"])

    def has_no_room(self, function: str) -> bool:
        """Whether a function (by its output) was given no room to run at all."""
        with edge("read a function's room"):
            held = self._clients.functions.get_function_concurrency(FunctionName=self._outputs[function])
        return held.get("ReservedConcurrentExecutions") == 0

    def is_scheduled(self, schedule: str) -> bool:
        """Whether a schedule (by its output, `group/name`) is on."""
        group, _, name = self._outputs[schedule].partition("/")
        with edge("read a schedule"):
            return self._clients.schedules.get_schedule(GroupName=group, Name=name).get("State") == "ENABLED"

    def private_files_closed(self) -> bool:
        """Whether everything that could open the private bucket to strangers is blocked."""
        with edge("read the private bucket's lock"):
            try:
                held = self._clients.s3.get_public_access_block(Bucket=self._outputs["FilesBucket"])
            except ClientError as error:
                if code_of(error) == NO_BLOCK:
                    return False
                raise
        return all(held["PublicAccessBlockConfiguration"].values())

    def ringing(self) -> Sequence[str]:
        """Give the alarms (by their output) that ring now."""
        names = {self._outputs[name]: name for name in ALARMS}
        with edge("read the alarms"):
            found = self._clients.cloudwatch.describe_alarms(AlarmNames=list(names))["MetricAlarms"]
        return [names[one["AlarmName"]] for one in found if one["StateValue"] == "ALARM"]

    def last_beat(self, now: datetime) -> datetime | None:
        """Give the minute of the last tick that completed within three hours."""
        with edge("read the heartbeat"):
            answer = self._clients.cloudwatch.get_metric_data(
                MetricDataQueries=[
                    {
                        "Id": "beats",
                        "MetricStat": {
                            "Metric": {"Namespace": self._outputs["MetricsNamespace"], "MetricName": "TickCompleted"},
                            "Period": 60,
                            "Stat": "Sum",
                        },
                    }
                ],
                StartTime=now - BEATS_WITHIN,
                EndTime=now,
            )
        return max(answer["MetricDataResults"][0]["Timestamps"], default=None)

    def given_up(self, queue: str) -> GivenUp:
        """Look into a failure queue (by its output), taking nothing out."""
        url = self._outputs[queue]
        with edge("look into a failure queue"):
            told = self._clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            count = int(told["Attributes"]["ApproximateNumberOfMessages"])
            if not count:
                return GivenUp(0, ())
            seen = self._clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=PEEKED, VisibilityTimeout=0)
        return GivenUp(count, tuple(one["Body"] for one in seen.get("Messages", [])))

    def ring(self, reason: str) -> bool:
        """Let the heartbeat's alarm go off: the whole way of a real one. False when it rings already.

        CloudWatch puts it right again at its next look, within a minute, and says that too.
        """
        if "HeartbeatAlarm" in self.ringing():
            return False
        with edge("ring the alarm"):
            self._clients.cloudwatch.set_alarm_state(
                AlarmName=self._outputs["HeartbeatAlarm"], StateValue="ALARM", StateReason=reason
            )
        return True

    def _verified(self, identity: str) -> bool:
        with edge("read the sender's identity"):
            try:
                return bool(self._clients.mail.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
            except ClientError as error:
                absent = error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND
                if absent or code_of(error) == ABSENT:
                    return False
                raise
