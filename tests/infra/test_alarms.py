"""The template's alarms over what the machine really emits: silent when all is well, and named when it is not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from heraut.aws.edge import translated
from heraut.errors import TryAgain
from tests.infra.alarm_rules import MINUTE, Alarm, Metric, State, timeline
from tests.infra.machine_hours import STACK, Machine, documented, machine, resolve
from tests.infra.translated import ROOT, of_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from heraut.publishing.store import DueRow

ALARMS = {name: Alarm.of(one, resolve) for name, one in of_type("AWS::CloudWatch::Alarm").items()}
HOUR = timedelta(hours=1)
WARM = timedelta(minutes=10)  # a stack that runs: after a first deployment the heartbeat may ring once


@pytest.fixture(name="running")
def _running(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that has run well for ten minutes, with a post every five minutes for two hours."""
    made = machine(monkeypatch)
    for number in range(26):
        made.desk.queue(f"Bonjour {number}", at=timedelta(minutes=5 * number, seconds=30), post=f"p{number}")
    made.run(WARM)
    return made


def forbidden(operation: str) -> Exception:
    """Make what a function gets whose role lost a right, as `heraut/aws` says it."""
    refused: Any = {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return translated(operation, ClientError(refused, operation))


def no_schedule(machine: Machine) -> None:
    """The schedule is gone."""
    machine.faults.no_schedule = True


def tick_throttled(machine: Machine) -> None:
    """There is no room to run the tick."""
    machine.faults.tick_throttled = True


def schedule_forbidden(machine: Machine) -> None:
    """The scheduler may not start the tick."""
    machine.faults.schedule_forbidden = True


def tick_forbidden(machine: Machine) -> None:
    """The tick may not read the index."""

    def due(shard: str, until: datetime) -> Iterator[DueRow]:
        raise forbidden("Query")

    machine.desk.posts.due = due  # type: ignore[method-assign]


def shard_unreadable(machine: Machine) -> None:
    """One part of the index is too busy to answer."""
    read = machine.desk.posts.due

    def due(shard: str, until: datetime) -> Iterator[DueRow]:
        if shard.endswith("-2"):
            raise TryAgain("list items: ThrottlingException")
        return read(shard, until)

    machine.desk.posts.due = due  # type: ignore[method-assign]


def queue_refuses(machine: Machine) -> None:
    """No message is accepted."""
    machine.desk.outbox.refuses = lambda _: True


def publisher_throttled(machine: Machine) -> None:
    """There is no room to run the publisher."""
    machine.faults.publisher_throttled = True


def publisher_forbidden(machine: Machine) -> None:
    """The publisher may not read the table."""

    def delivery(brand: str, post: str, account: str) -> None:
        raise forbidden("GetItem")

    machine.desk.posts.delivery = delivery  # type: ignore[method-assign]


def poison(machine: Machine) -> None:
    """A message that is none."""
    machine.poison("not a delivery")


# What breaks -> which alarm rings, and within how many minutes of the fault. The runbook says the same.
CASES: dict[str, tuple[Callable[[Machine], None], str, int]] = {
    "the tick's schedule was removed": (no_schedule, "HeartbeatAlarm", 10),
    "the tick is throttled": (tick_throttled, "HeartbeatAlarm", 10),
    "the tick lost a right": (tick_forbidden, "HeartbeatAlarm", 10),
    "the scheduler may not start the tick": (schedule_forbidden, "HeartbeatAlarm", 10),
    "a part of the due index cannot be read": (shard_unreadable, "HeartbeatAlarm", 10),
    "the queue takes nothing": (queue_refuses, "HeartbeatAlarm", 15),
    "the publisher is throttled": (publisher_throttled, "OverdueAlarm", 15),
    "the publisher lost a right": (publisher_forbidden, "OverdueAlarm", 15),
    "a message that nobody can read": (poison, "FailedAlarm", 40),
    "a schedule that cannot start its function": (schedule_forbidden, "UndeliveredAlarm", 20),
}


def rang(machine: Machine, since: datetime, extra: int = 2, delay: timedelta = MINUTE) -> dict[str, list[datetime]]:
    """Give when each alarm went off after `since`, by name."""
    seen = {
        name: timeline(alarm, machine.points[alarm.metric], since, machine.now, extra=extra, delay=delay)
        for name, alarm in ALARMS.items()
    }
    return {name: times for name, line in seen.items() if (times := [at for at, state in line if state is State.ALARM])}


@pytest.mark.parametrize("extra", [0, 2, 5])
@pytest.mark.parametrize("delay", [timedelta(0), 2 * MINUTE])
def test_a_healthy_hour_is_silent(running: Machine, extra: int, delay: timedelta) -> None:
    """However far back CloudWatch looks, and if its points come late."""
    since = running.now

    running.run(HOUR)

    assert rang(running, since, extra, delay) == {}
    assert len(running.desk.network.books) == 14


@pytest.mark.parametrize("case", CASES)
def test_what_breaks_rings_the_named_alarm(running: Machine, case: str) -> None:
    """Within the minutes that the runbook says, and once."""
    breaks, name, minutes = CASES[case]
    since = running.now
    breaks(running)

    running.run(HOUR)

    for extra in (0, 2, 5):
        heard = rang(running, since, extra)
        assert name in heard, heard
        assert (heard[name][0] - since) / MINUTE <= minutes, (extra, heard[name][0] - since)
        assert len(heard[name]) == 1


def test_a_part_of_the_index_that_cannot_be_read_stops_no_other(running: Machine) -> None:
    """Posts of the other three shards leave; those of the one are late, and the heart does not beat."""
    shard_unreadable(running)
    before = len(running.desk.network.books)

    running.run(HOUR)

    assert 3 <= len(running.desk.network.books) - before < 12


def test_the_heartbeat_returns_when_the_tick_does(running: Machine) -> None:
    """One mail that it stopped, one that it beats again."""
    since = running.now
    no_schedule(running)
    running.run(timedelta(minutes=20))
    running.faults.no_schedule = False
    running.run(timedelta(minutes=20))

    alarm = ALARMS["HeartbeatAlarm"]
    line = timeline(alarm, running.points[alarm.metric], since, running.now)

    assert [state for _, state in line] == [State.OK, State.ALARM, State.OK]
    assert of_type("AWS::CloudWatch::Alarm")["HeartbeatAlarm"]["OKActions"]


def emitted(machine: Machine) -> set[Metric]:
    """Give what was recorded, and what AWS emits for the queues there are."""
    return {metric for metric, points in machine.points.items() if points} | documented()


def test_each_alarm_watches_something_that_is_emitted(running: Machine) -> None:
    """Namespace, name and dimensions: an alarm on anything else is green for ever."""
    assert {name for name, alarm in ALARMS.items() if alarm.metric not in emitted(running)} == set()


@pytest.mark.parametrize(
    "planted",
    [
        Metric(f"heraut/{STACK}", "TickComplete"),
        Metric("heraut", "TickCompleted"),
        Metric(f"heraut/{STACK}", "TickCompleted", frozenset({("service", "heraut")})),
        Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", frozenset({("QueueName", "Forgotten")})),
    ],
)
def test_an_alarm_on_what_nothing_emits_is_found(running: Machine, planted: Metric) -> None:
    """A misspelt name, another namespace, a dimension too many, a queue that is not there."""
    alarm = replace(ALARMS["HeartbeatAlarm"], metric=planted)

    assert alarm.metric not in emitted(running)


def test_the_runbook_says_the_same_minutes() -> None:
    """One table: what breaks, which alarm, within how long."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z][^|]+?) \| \[(\w+)\]\(#\w+\) \| (\d+) min \|$", runbook, re.MULTILINE)

    assert {what: (alarm, int(minutes)) for what, alarm, minutes in rows} == {
        what: (name.removesuffix("Alarm").lower(), minutes) for what, (_, name, minutes) in CASES.items()
    }
