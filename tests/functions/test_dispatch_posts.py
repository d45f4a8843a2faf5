"""The tick's handler: sends what is due, and beats the heart only when it could."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heraut.publishing.model import State
from tests.functions.conftest import Running, event_of, events_of


@pytest.mark.parametrize("event", events_of("dispatch_posts"))
def test_every_example_event_is_understood(running: Running, event: Any) -> None:
    """A tick, and the self-test after a deployment."""
    assert running.call("dispatch_posts", event) == ({"ok": True} if "self_test" in event else None)


def test_what_is_due_is_in_the_queue(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the delivery; the heartbeat carries no dimension, because each is paid for."""
    running.queue_post("p1")

    running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

    received = running.clients.sqs.receive_message(QueueUrl=running.queue)["Messages"]
    assert [json.loads(message["Body"])["post"] for message in received] == ["p1"]
    assert running.state() is State.SCHEDULED
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert {name for one in metrics for name in one if name != "_aws"} == {"TickCompleted", "OldestOverdueSeconds"}
    assert {str(one["_aws"]["CloudWatchMetrics"][0]["Dimensions"]) for one in metrics} == {"[[]]"}


def test_a_tick_that_could_not_send_does_not_beat(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    """The alarm on a missing heartbeat must hear of a queue that is gone."""
    running.queue_post("p1")
    running.clients.sqs.delete_queue(QueueUrl=running.queue)

    with pytest.raises(Exception, match=r".+"):
        running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

    assert "TickCompleted" not in capsys.readouterr().out
