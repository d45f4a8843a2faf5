"""Setting work going: the delivery queue, and starting `prepare_delivery`.

A message is `{"schema": 1, "brand", "post", "account", "version", "at"}`; the state in the table decides, not it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from heraut.aws.edge import edge
from heraut.aws.items import SCHEMA, readable
from heraut.due import instant, stamp
from heraut.errors import HerautError, TryAgain
from heraut.publishing.store import DeliveryMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

SENT_AT_ONCE = 10  # messages in one SendMessageBatch
LONGEST_DELAY = 900  # seconds, what SQS takes


class QueueOutbox:
    """The port `publishing.store.Outbox` over SQS and Lambda."""

    def __init__(
        self, queue: SQSClient, queue_url: str, functions: Callable[[], LambdaClient], prepare_function: str
    ) -> None:
        """Take the queue, and a way to make the client that starts functions: most never start one."""
        self._queue = queue
        self._queue_url = queue_url
        self._functions = functions
        self._prepare_function = prepare_function

    def publish_later(self, messages: Sequence[tuple[DeliveryMessage, int]]) -> Sequence[DeliveryMessage]:
        """Queue messages with a delay each (whole seconds, 0 to 900); give back those that were not accepted.

        What could not be sent now, the due index shows again: a busy queue is no error. One message group for each
        account, so that one busy account does not keep the others waiting (fair queue).
        """
        for _, delay in messages:
            if not 0 <= delay <= LONGEST_DELAY:
                raise ValueError(f"a delay of {delay} s: the queue takes 0 to {LONGEST_DELAY}")
        refused: list[DeliveryMessage] = []
        for start in range(0, len(messages), SENT_AT_ONCE):
            refused += self._send(messages[start : start + SENT_AT_ONCE])
        return refused

    def prepare_now(self, message: DeliveryMessage) -> None:
        """Start uploading ahead, asynchronously; TryAgain when it could not be started now."""
        with edge("start prepare_delivery"):
            self._functions().invoke(
                FunctionName=self._prepare_function, InvocationType="Event", Payload=write_message(message).encode()
            )

    def _send(self, messages: Sequence[tuple[DeliveryMessage, int]]) -> list[DeliveryMessage]:
        entries: Any = [
            {
                "Id": str(number),
                "MessageBody": write_message(message),
                "DelaySeconds": delay,
                "MessageGroupId": f"{message.brand}/{message.account}",
            }
            for number, (message, delay) in enumerate(messages)
        ]
        try:
            with edge("queue deliveries"):
                answer = self._queue.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        except TryAgain:
            return [message for message, _ in messages]
        return [messages[int(failed["Id"])][0] for failed in answer.get("Failed", [])]


def write_message(message: DeliveryMessage) -> str:
    """Write a delivery message as the JSON text that travels."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "brand": message.brand,
            "post": message.post,
            "account": message.account,
            "version": message.version,
            "at": stamp(message.at),
        }
    )


def read_message(body: str | Mapping[str, Any]) -> DeliveryMessage:
    """Read a delivery message, as text (queue) or as what Lambda already parsed; unknown fields are ignored.

    Raises HerautError when it is none, without what it held: that would reach a log.
    """
    try:
        held = readable(dict(json.loads(body) if isinstance(body, str) else body))
        brand, post, account = (_name(held[name]) for name in ("brand", "post", "account"))
        return DeliveryMessage(brand, post, account, int(held["version"]), instant(held["at"]))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise HerautError(f"not a delivery message ({type(error).__name__})") from None


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
