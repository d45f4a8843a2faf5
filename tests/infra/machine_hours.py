"""Hours of the machine in virtual time, and the metrics they leave: real handlers, twins around them, planned faults.

Played here as AWS documents it: the schedule starts the tick asynchronously, once; a run that fails, or that could
not be started within a minute, ends in the failed queue; a schedule that may not start its function ends in the
undelivered queue; a message comes back after its visibility, and goes to the failed queue when it was received as
often as the template allows. Queues tell CloudWatch each minute how much they hold while they are active; one that
slept may take a quarter of an hour to be heard (SQS developer guide, "Available CloudWatch metrics for Amazon SQS").
"""

from __future__ import annotations

import importlib.util
import io
import json
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heraut.aws.outbox import write_message
from heraut.lambdas import bootstrap
from tests.infra.alarm_rules import Metric
from tests.infra.translated import of_type, references
from tests.twins.desk import Desk

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[2]
STACK = "heraut"
SECOND = timedelta(seconds=1)
WAKING = timedelta(minutes=15)
# SQS developer guide, "Available CloudWatch metrics for Amazon SQS": each has the one dimension QueueName.
OF_QUEUES = frozenset(
    {
        *("ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesDelayed"),
        *("ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesVisible", "NumberOfEmptyReceives"),
        *("NumberOfMessagesDeleted", "NumberOfMessagesReceived", "NumberOfMessagesSent", "SentMessageSize"),
    }
)


def resolve(value: Any) -> str:
    """Give the text of a template's value: a queue's name is its logical id here."""
    if isinstance(value, str):
        return value
    if "Fn::Sub" in value:
        return str(value["Fn::Sub"]).replace("${AWS::StackName}", STACK)
    (name,) = references(value)
    return name


def of_queue(name: str, queue: str) -> Metric:
    """Give a metric of a queue."""
    return Metric("AWS/SQS", name, frozenset({("QueueName", queue)}))


def documented() -> frozenset[Metric]:
    """Give what AWS emits for the template's queues."""
    return frozenset(of_queue(name, queue) for queue in of_type("AWS::SQS::Queue") for name in OF_QUEUES)


@dataclass
class Faults:
    """What is broken, each while it is True; a test changes it between two stretches of time."""

    no_schedule: bool = False  # the tick was removed
    tick_throttled: bool = False  # no room to run it
    schedule_forbidden: bool = False  # the scheduler may not start it
    publisher_throttled: bool = False


@dataclass
class _Waiting:
    """A message in the delivery queue."""

    body: str
    visible_at: datetime
    received: int = 0


@dataclass
class Context:
    """What Lambda gives beside the event."""

    function_name: str
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:heraut"
    aws_request_id: str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


@dataclass
class Machine:
    """A desk whose tick and publisher are the real handlers; `points` are the metrics recorded so far."""

    desk: Desk
    tick: Any
    publisher: Any
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.points: dict[Metric, list[tuple[datetime, float]]] = defaultdict(list)
        self.waiting: list[_Waiting] = []
        self.gave_up: dict[str, list[datetime]] = {"FailedQueue": [], "UndeliveredQueue": []}
        queue = of_type("AWS::SQS::Queue")["DeliveryQueue"]
        self._hidden = timedelta(seconds=queue["VisibilityTimeout"])
        self._most_received = queue["RedrivePolicy"]["maxReceiveCount"]
        self._throttled: list[datetime] = []

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def poison(self, body: str) -> None:
        """Put a message into the delivery queue that nobody can read."""
        self.waiting.append(_Waiting(body, self.now))

    def run(self, lasting: timedelta) -> None:
        """Let time pass, second by second; the tick starts with each minute."""
        end = self.now + lasting
        at = self.now
        while at < end:
            at += SECOND
            self.desk.clock.advance_to(at)
            if at.second == 0:
                self._minute(at)
            self._deliver(at)

    def _minute(self, at: datetime) -> None:
        self._ask_queues(at)
        self._give_up_throttled(at)
        if self.faults.no_schedule:
            return
        if self.faults.schedule_forbidden:
            self.gave_up["UndeliveredQueue"].append(at)
        elif self.faults.tick_throttled:
            self._throttled.append(at)
        elif not self._call(self.tick, "dispatch_posts", {"scheduled_time": at.isoformat()}):
            self.gave_up["FailedQueue"].append(at)

    def _give_up_throttled(self, at: datetime) -> None:
        oldest = of_type("AWS::Lambda::EventInvokeConfig")["DispatchPostsFunctionEventInvokeConfig"]
        until = at - timedelta(seconds=oldest["MaximumEventAgeInSeconds"])
        self.gave_up["FailedQueue"] += [at for event in self._throttled if event <= until]
        self._throttled = [event for event in self._throttled if event > until]

    def _deliver(self, at: datetime) -> None:
        self.waiting += [_Waiting(write_message(message), arrives) for arrives, message in self.desk.take()]
        ready = [one for one in self.waiting if one.visible_at <= at][:10]
        for one in ready:
            one.received += 1
            one.visible_at = at + self._hidden
        spent = [one for one in ready if one.received > self._most_received]
        self.gave_up["FailedQueue"] += [at] * len(spent)
        batch = [one for one in ready if one not in spent]
        left = batch if self.faults.publisher_throttled else self._publish(batch)
        done = {id(one) for one in ready if one not in left}
        self.waiting = [one for one in self.waiting if id(one) not in done]

    def _publish(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Call the publisher; give what it did not finish."""
        if not batch:
            return []
        records = [
            {"messageId": str(number), "body": one.body, "attributes": {}, "eventSource": "aws:sqs"}
            for number, one in enumerate(batch)
        ]
        answers: list[Any] = []
        if not self._call(self.publisher, "publish_post", {"Records": records}, answers):
            return batch
        failed = {int(one["itemIdentifier"]) for one in answers[0]["batchItemFailures"]}
        return [one for number, one in enumerate(batch) if number in failed]

    def _call(self, handler: Any, name: str, event: Any, answers: list[Any] | None = None) -> bool:
        """Call a handler and keep the metrics it printed; False when it broke off."""
        printed = io.StringIO()
        at = self.now
        with redirect_stdout(printed):
            try:
                answer = handler(event, Context(name))
            except Exception:  # noqa: BLE001 -- what Lambda does with any of them
                return False
            finally:
                self._read(printed.getvalue(), at)
        if answers is not None:
            answers.append(answer)
        return True

    def _read(self, printed: str, at: datetime) -> None:
        for line in printed.splitlines():
            if '"_aws"' not in line:
                continue
            written = json.loads(line)
            for told in written["_aws"]["CloudWatchMetrics"]:
                for names in told["Dimensions"]:
                    dimensions = frozenset((name, written[name]) for name in names)
                    for metric in told["Metrics"]:
                        values = written[metric["Name"]]
                        key = Metric(told["Namespace"], metric["Name"], dimensions)
                        self.points[key] += [
                            (at, value) for value in (values if isinstance(values, list) else [values])
                        ]

    def _ask_queues(self, at: datetime) -> None:
        held = {"DeliveryQueue": sum(one.visible_at <= at for one in self.waiting)}
        held |= {queue: len(came) for queue, came in self.gave_up.items() if came and came[0] + WAKING <= at}
        for queue, number in held.items():
            self.points[of_queue("ApproximateNumberOfMessagesVisible", queue)].append((at, number))


def machine(monkeypatch: pytest.MonkeyPatch, desk: Desk | None = None) -> Machine:
    """Make a machine whose handlers speak to a desk of twins."""
    desk = desk or Desk()
    environment = of_type("AWS::Lambda::Function")["DispatchPostsFunction"]["Environment"]["Variables"]
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", resolve(environment["POWERTOOLS_METRICS_NAMESPACE"]))
    dispatching = bootstrap.Dispatching(desk.posts, desk.outbox, desk.clock, map)
    monkeypatch.setattr(bootstrap, "dispatch_posts", lambda: dispatching)
    monkeypatch.setattr(bootstrap, "publish_post", lambda: desk.world)
    return Machine(desk, _handler("dispatch_posts"), _handler("publish_post"))


def _handler(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"hours_{name}", ROOT / "functions" / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.lambda_handler
