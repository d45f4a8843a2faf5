"""The tick's handler: sends what is due, and beats the heart only when it could."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from heraut.publishing.model import State
from tests.functions.conftest import Running, event_of, events_of
from tests.loopback import answer, read_request, serving

if TYPE_CHECKING:
    import socket


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


def test_a_restored_table_sends_nothing(
    running: Running, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """No message, no heartbeat, and one line that says what to do."""
    running.call("dispatch_posts", event_of("dispatch_posts", "minute"))
    home = running.posts_stack.item("*#brake", "table")
    running.posts_stack.put({**home, "name": {"S": "the-table-before"}})
    running.queue_post("p1")
    capsys.readouterr()

    running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

    assert "Messages" not in running.clients.sqs.receive_message(QueueUrl=running.queue)
    assert "TickCompleted" not in capsys.readouterr().out
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == [
        "the posts come from a backup: nothing leaves until `heraut doctor --reconcile` has read back what went"
    ]


SECRET = "/ping/3f6c-known-to-few"


@pytest.mark.enable_socket
def test_a_good_tick_tells_the_watcher_outside(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """One GET of the address given, query and all."""
    heard: list[bytes] = []

    def play(connected: socket.socket) -> None:
        heard.append(read_request(connected))
        connected.sendall(answer(body=b"OK"))

    with serving(play) as server:
        monkeypatch.setenv("HEARTBEAT_URL", f"{server.url}{SECRET}?a=1")
        monkeypatch.setenv("LOCAL_SERVERS", server.host_port)
        running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

    assert [request.split(b"\r\n")[0] for request in heard] == [f"GET {SECRET}?a=1 HTTP/1.1".encode()]


@pytest.mark.enable_socket
@pytest.mark.parametrize("trouble", ["refuses", "hangs up", "is gone", "is private"])
def test_a_watcher_in_trouble_is_no_error_of_the_tick(
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    trouble: str,
) -> None:
    """The heart beats all the same; the log has a warning, and never the address."""

    def play(connected: socket.socket) -> None:
        read_request(connected)
        if trouble == "refuses":
            connected.sendall(answer("500 Oops"))

    with serving(play) as server:
        where = "127.0.0.1:9" if trouble == "is gone" else server.host_port
        monkeypatch.setenv("HEARTBEAT_URL", f"http://{where}{SECRET}")
        monkeypatch.setenv("LOCAL_SERVERS", "" if trouble == "is private" else where)
        running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

    printed = capsys.readouterr()
    assert '"TickCompleted"' in printed.out
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
    assert SECRET not in printed.out + printed.err + str([vars(record) for record in caplog.records])


@pytest.mark.enable_socket
def test_a_tick_that_is_not_complete_is_silent_outside_too(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who watches from outside hears what the alarm hears."""
    running.queue_post("p1")
    running.clients.sqs.delete_queue(QueueUrl=running.queue)
    with serving(lambda _: None) as server:
        monkeypatch.setenv("HEARTBEAT_URL", f"{server.url}{SECRET}")
        monkeypatch.setenv("LOCAL_SERVERS", server.host_port)
        with pytest.raises(Exception, match=r".+"):
            running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

        assert server.connections == 0


def test_without_a_watcher_the_tick_loads_nothing_for_it(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick's start does not pay for what most stacks do not use."""
    for name in ("heraut.lambdas.outside", "heraut.exchange"):
        monkeypatch.delitem(sys.modules, name, raising=False)

    running.call("dispatch_posts", event_of("dispatch_posts", "minute"))

    assert not {"heraut.lambdas.outside", "heraut.exchange"} & set(sys.modules)
