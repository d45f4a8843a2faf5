"""What every outbox does, the twin and the queue alike; and what only the queue does."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from heraut.aws.outbox import QueueOutbox, read_message, write_message
from heraut.errors import ConfigurationError, HerautError, NewerRelease, TryAgain
from heraut.publishing.store import DeliveryMessage
from tests.contracts.samples import NOW
from tests.contracts.stack import clients
from tests.twins.outbox import OutboxTwin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.aws.clients import Clients
    from heraut.publishing.store import Outbox


def message(number: int = 1, **changes: Any) -> DeliveryMessage:
    """A delivery to look at."""
    values: dict[str, Any] = {
        "brand": "boulangerie",
        "post": f"p{number}",
        "account": "masto",
        "version": 1,
        "at": NOW + timedelta(milliseconds=number),
    }
    return DeliveryMessage(**values | changes)


class Queue:
    """The outbox over moto, and what arrived."""

    def __init__(self) -> None:
        self.clients: Clients = clients()
        self.url = self.clients.sqs.create_queue(QueueName="deliveries")["QueueUrl"]
        self.invoked: list[dict[str, Any]] = []
        hooks: Any = self.clients.functions.meta.events
        hooks.register("provide-client-params.lambda.Invoke", lambda params, **_: self.invoked.append(params))
        hooks.register("before-call.lambda.Invoke", lambda **_: _answer(202, {"StatusCode": 202}))
        self.outbox = QueueOutbox(self.clients.sqs, self.url, lambda: self.clients.functions, "PrepareDelivery")

    def arrived(self) -> list[dict[str, Any]]:
        """Give the messages in the queue."""
        found: list[Any] = []
        while more := self.clients.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=0
        ).get("Messages"):
            found += more
        return found

    def answering(self, *answers: dict[str, Any]) -> None:
        """Let SQS answer so, in turn."""
        left = list(answers)

        def answer(**_: Any) -> tuple[Any, Any] | None:
            return _answer(left[0].get("status", 200), left.pop(0)) if left else None

        hooks: Any = self.clients.sqs.meta.events
        hooks.register("before-call.sqs.SendMessageBatch", answer)


def _answer(status: int, parsed: dict[str, Any]) -> tuple[Any, Any]:
    raw = type("Raw", (), {"status_code": status, "headers": {}, "content": b""})()
    return raw, {"ResponseMetadata": {"HTTPStatusCode": status}, **parsed}


@pytest.fixture
def queue(aws: None) -> Queue:
    """The outbox over moto."""
    return Queue()


@pytest.fixture(params=["twin", "queue"])
def outbox(request: pytest.FixtureRequest) -> Outbox:
    """An outbox."""
    return OutboxTwin() if request.param == "twin" else request.getfixturevalue("queue").outbox


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_the_queue_does_not_take_is_our_mistake(outbox: Outbox, delay: int) -> None:
    """From 0 to 900 seconds; nothing of the batch is sent."""
    with pytest.raises(ValueError, match="0 to 900"):
        outbox.publish_later([(message(1), 0), (message(2), delay)])


def test_what_was_accepted_is_not_given_back(outbox: Outbox) -> None:
    """No message, one, more than a batch."""
    assert list(outbox.publish_later([])) == []
    assert list(outbox.publish_later([(message(), 0)])) == []
    assert list(outbox.publish_later([(message(number), 900) for number in range(23)])) == []


class TestQueue:
    def test_messages_arrive_as_they_were(self, queue: Queue) -> None:
        """In batches of ten, one message group for each account."""
        sent = [message(number, account="journal" if number % 2 else "masto") for number in range(23)]
        queue.outbox.publish_later([(one, 0) for one in sent])
        arrived = queue.arrived()
        assert sorted((read_message(one["Body"]) for one in arrived), key=lambda one: one.at) == sent
        groups = {one["Attributes"]["MessageGroupId"] for one in arrived}
        assert groups == {"boulangerie/masto", "boulangerie/journal"}

    def test_a_delayed_message_does_not_arrive_yet(self, queue: Queue) -> None:
        """The queue keeps it."""
        queue.outbox.publish_later([(message(1), 60), (message(2), 0)])
        assert [read_message(one["Body"]).post for one in queue.arrived()] == ["p2"]

    def test_those_not_accepted_are_given_back(self, queue: Queue) -> None:
        """Each of its own, the others go."""
        queue.answering(
            {"Successful": [], "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}]},
            {"Successful": [], "Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]},
        )
        refused: Sequence[DeliveryMessage] = queue.outbox.publish_later([(message(number), 0) for number in range(12)])
        assert [one.post for one in refused] == ["p1", "p10"]

    def test_a_queue_that_does_not_answer_now_gives_its_batch_back(self, queue: Queue) -> None:
        """Throttled: the next batch is still tried."""
        busy = {"Error": {"Code": "ThrottlingException", "Message": ""}, "status": 400}
        queue.answering(busy)
        refused = queue.outbox.publish_later([(message(number), 0) for number in range(12)])
        assert [one.post for one in refused] == [f"p{number}" for number in range(10)]
        assert len(queue.arrived()) == 2

    def test_a_queue_that_is_not_there_is_said(self, queue: Queue) -> None:
        """A wrong setting is no busy queue."""
        queue.clients.sqs.delete_queue(QueueUrl=queue.url)
        with pytest.raises(ConfigurationError, match="queue deliveries"):
            queue.outbox.publish_later([(message(), 0)])

    def test_uploads_are_started_asynchronously(self, queue: Queue) -> None:
        """With the same message; nobody waits for its end."""
        queue.outbox.prepare_now(message())
        (invoked,) = queue.invoked
        assert (invoked["FunctionName"], invoked["InvocationType"]) == ("PrepareDelivery", "Event")
        assert read_message(json.loads(invoked["Payload"])) == message()

    def test_uploads_that_could_not_be_started_may_be_later(self, queue: Queue) -> None:
        """Too many at once."""
        busy = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}
        hooks: Any = queue.clients.functions.meta.events
        hooks.register_first("before-call.lambda.Invoke", lambda **_: _answer(429, busy))
        with pytest.raises(TryAgain):
            queue.outbox.prepare_now(message())


class TestMessages:
    def test_unknown_fields_are_ignored(self) -> None:
        """A newer release may say more."""
        newer = json.loads(write_message(message())) | {"mood": "gai"}
        assert newer["schema"] == 1
        assert read_message(json.dumps(newer)) == message()

    def test_a_newer_schema_is_refused_clearly(self) -> None:
        """It may mean something else."""
        with pytest.raises(NewerRelease, match="upgrade"):
            read_message(json.loads(write_message(message())) | {"schema": 2})

    @pytest.mark.parametrize("body", ["", "[]", "{}", "nonsense", '{"brand":"b","post":"p","account":"a","version":1}'])
    def test_what_is_no_message_is_said(self, body: str) -> None:
        """Somebody else wrote into the queue."""
        with pytest.raises(HerautError, match="not a delivery message"):
            read_message(body)
