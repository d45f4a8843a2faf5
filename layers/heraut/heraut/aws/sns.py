"""Short messages, and topics of the team's own, through SNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from heraut.aws.edge import code_of, edge
from heraut.errors import InvalidInput
from heraut.problems import problem

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

_NEVER = frozenset({"InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid", "OptedOut", "UserError"})
_NOT_OURS = frozenset(
    {"AuthorizationError", "AccessDenied", "AccessDeniedException", "NotFound", "InvalidParameter", "EndpointDisabled"}
)


class SnsMessages:
    """The ports `notifications.sms.SendsSms` and `notifications.topic.PublishesToTopics` over SNS."""

    def __init__(self, client: SNSClient) -> None:
        self._client = client

    def send_sms(self, phone: str, text: str) -> str:
        """Send a text as one that matters; gives SNS's MessageId, by which its delivery log speaks of it.

        TryAgain when it may be accepted later; InvalidInput (`sms_refused`).
        """
        with edge("send an SMS"):
            try:
                answer = self._client.publish(
                    PhoneNumber=phone,
                    Message=text,
                    MessageAttributes={"AWS.SNS.SMS.SMSType": _text("Transactional")},
                )
            except ClientError as error:
                if code_of(error) in _NEVER:
                    raise InvalidInput([problem("sms_refused", phone=phone)]) from error
                raise
        return answer["MessageId"]

    def publish(self, topic: str, subject: str, forms: str, about: dict[str, str]) -> None:
        """Publish to a topic; InvalidInput (`topic_refused`) when it is not there, or this stack may not use it."""
        with edge("publish to a topic"):
            try:
                self._client.publish(
                    TopicArn=topic,
                    Subject=subject,
                    Message=forms,
                    MessageStructure="json",
                    MessageAttributes={name: _text(value) for name, value in about.items()},
                )
            except ClientError as error:
                if code_of(error) in _NOT_OURS:
                    raise InvalidInput([problem("topic_refused", topic=topic)]) from error
                raise


def _text(value: str) -> MessageAttributeValueTypeDef:
    return {"DataType": "String", "StringValue": value}
