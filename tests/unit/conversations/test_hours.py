"""Working hours: what comes at night waits for the morning, and a weekend is no working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands.model import OFFICE_HOURS, Weekday
from heraut.conversations import hours

PARIS = "Europe/Paris"
WEEK: dict[Weekday, str] = {**OFFICE_HOURS, "sat": "10:00-12:00"}
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 (the 23rd is a Monday) by the clock of Paris, UTC + 1."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - HOUR


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(23, 10), at(23, 10)),
        (at(23, 7), at(23, 9)),
        (at(23, 18), at(24, 9)),
        (at(27, 22), at(28, 10)),
        (at(28, 12), at(30, 9)),
        (at(23, 9), at(23, 9)),
    ],
)
def test_what_comes_outside_hours_waits_for_them(now: datetime, opens: datetime) -> None:
    """At once in working hours; else the next morning, on Monday after a Friday evening."""
    assert hours.next_open(now, WEEK, PARIS) == opens


@pytest.mark.parametrize(
    ("start", "working", "end"),
    [
        (at(23, 10), 4 * HOUR, at(23, 14)),
        (at(23, 16), 4 * HOUR, at(24, 11)),
        (at(27, 16), 4 * HOUR, at(28, 12)),
        (at(27, 23), 4 * HOUR, at(30, 11)),
        (at(23, 14), 4 * HOUR, at(23, 18)),
        (at(23, 9), 20 * HOUR, at(25, 11)),
    ],
)
def test_an_answer_is_owed_after_so_much_working_time(start: datetime, working: timedelta, end: datetime) -> None:
    """What is left at closing time is counted from the next opening on."""
    assert hours.after(start, working, WEEK, PARIS) == end


def test_a_team_that_never_closes_works_at_once() -> None:
    """Midnight is written 24:00; across it, and across the night the clocks change, hours are hours."""
    always: dict[Weekday, str] = dict.fromkeys(get_args(Weekday), "00:00-24:00")
    night = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 23 h in Paris, an hour before the longest day of the year

    assert hours.next_open(night, always, PARIS) == night
    assert hours.after(night, 6 * HOUR, always, PARIS) == night + 6 * HOUR


@given(st.integers(0, 2 * 365 * 24 * 60), st.integers(1, 60))
def test_a_deadline_is_always_in_working_hours_and_never_too_soon(minutes: int, worked: int) -> None:
    """Whatever the season and the hour, clock changes included."""
    begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    end = hours.after(begun, worked * HOUR, WEEK, PARIS)
    last = end - timedelta(seconds=1)

    assert end - begun >= worked * HOUR
    assert hours.next_open(last, WEEK, PARIS) == last
