"""The evaluator of alarms says what AWS's own tables say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.infra.alarm_rules import MINUTE, Alarm, Metric, State, state, timeline

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ALARM = Alarm(Metric("n", "m"), "Sum", MINUTE, 3, 3, 1, "LessThanThreshold", "breaching")


def points(written: str) -> list[bool | None]:
    """`0` is within the threshold, `X` breaches it, `-` is missing; oldest first, as AWS's tables write them."""
    return [{"0": False, "X": True, "-": None}[one] for one in written.split()]


@pytest.mark.parametrize(
    ("to_alarm", "written", "breaching", "not_breaching"),
    [
        (3, "0 - X - X", "OK", "OK"),
        (3, "0 - - - -", "OK", "OK"),
        (3, "- - - - -", "ALARM", "OK"),
        (3, "0 X X - X", "ALARM", "ALARM"),
        (3, "- - X - -", "ALARM", "OK"),
        (2, "0 - X - X", "ALARM", "ALARM"),
        (2, "0 0 X 0 X", "ALARM", "ALARM"),
        (2, "0 - X - -", "ALARM", "OK"),
        (2, "- - - - 0", "ALARM", "OK"),
        (2, "- - - X -", "ALARM", "OK"),
    ],
)
def test_the_tables_of_the_user_guide(to_alarm: int, written: str, breaching: str, not_breaching: str) -> None:
    """Three periods, a range of five; the columns of missing points that breach, and that do not."""
    alarm = replace(ALARM, to_alarm=to_alarm)

    assert state(alarm, points(written)) == breaching
    assert state(replace(alarm, treats_missing="notBreaching"), points(written)) == not_breaching


@pytest.mark.parametrize("treatment", ["missing", "ignore"])
def test_what_leaves_the_state_to_chance_is_refused(treatment: str) -> None:
    """Our alarms say what silence means; the evaluator knows no other."""
    with pytest.raises(KeyError):
        state(replace(ALARM, treats_missing=treatment), points("- - - - -"))


def test_one_long_period_rings_late() -> None:
    """One period of five minutes waits until its whole range is empty: why the heartbeat counts minutes instead."""
    beats = [(START + number * MINUTE, 1.0) for number in range(60)]
    long = replace(ALARM, period=timedelta(minutes=5), periods=1, to_alarm=1)
    short = replace(ALARM, periods=5, to_alarm=3)

    rang = [timeline(one, beats, START + 30 * MINUTE, START + 100 * MINUTE)[1] for one in (long, short)]

    assert rang == [(START + 75 * MINUTE, State.ALARM), (START + 65 * MINUTE, State.ALARM)]


def test_a_window_of_several_minutes_slides_each_minute() -> None:
    """An alarm is evaluated every minute over the periods that end then."""
    one = replace(ALARM, period=timedelta(minutes=5), periods=1, to_alarm=1, comparison="GreaterThanThreshold")
    zeros = [(START + number * MINUTE, 0.0) for number in range(40)]

    seen = timeline(one, [*zeros, (START + 22 * MINUTE, 2.0)], START + 20 * MINUTE, START + 40 * MINUTE)

    assert seen == [
        (START + 20 * MINUTE, State.OK),
        (START + 23 * MINUTE, State.ALARM),
        (START + 28 * MINUTE, State.OK),
    ]
