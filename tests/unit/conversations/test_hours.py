"""Working hours: what comes at night waits for the morning, and a weekend is no working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heraut.brands import Brand, Urgency
from heraut.brands.model import OFFICE_HOURS, Weekday
from heraut.conversations import hours

WEEK: dict[Weekday, str] = {**OFFICE_HOURS, "sat": "10:00-12:00"}
SHOP = Brand(id="shop", name="Shop", working_hours=WEEK)
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
    assert hours.next_open(now, SHOP) == opens


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
    assert hours.after(start, working, SHOP) == end


def test_a_team_that_never_closes_works_at_once() -> None:
    """Midnight is written 24:00; across it, and across the night the clocks change, hours are hours."""
    always: dict[Weekday, str] = dict.fromkeys(get_args(Weekday), "00:00-24:00")
    brand = Brand(id="a", name="A", working_hours=always)
    night = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 23 h in Paris, an hour before the longest day of the year

    assert hours.next_open(night, brand) == night
    assert hours.after(night, 6 * HOUR, brand) == night + 6 * HOUR


@given(st.integers(0, 2 * 365 * 24 * 60), st.integers(1, 60))
def test_a_deadline_is_always_in_working_hours_and_never_too_soon(minutes: int, worked: int) -> None:
    """Whatever the season and the hour, clock changes included."""
    begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    end = hours.after(begun, worked * HOUR, SHOP)
    last = end - timedelta(seconds=1)

    assert end - begun >= worked * HOUR
    assert hours.next_open(last, SHOP) == last


def test_public_holidays_and_days_off_are_no_working_days() -> None:
    """Christmas falls on a Friday; the team is off until the New Year."""
    brand = Brand(id="a", name="A", public_days=("2026-12-25",), days_off=("2026-12-24", "2026-12-28/2026-12-31"))
    before = datetime(2026, 12, 23, 16, 0, tzinfo=UTC)  # 17 h in Paris

    assert hours.after(before, 2 * HOUR, brand) == datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
    assert hours.worked(before, datetime(2027, 1, 1, 9, 0, tzinfo=UTC), brand) == 2 * HOUR


def test_a_team_that_is_off_for_more_than_a_year_is_told_all_the_same() -> None:
    """Nothing waits for ever."""
    brand = Brand(id="a", name="A", days_off=("2026-01-01/2029-12-31",))

    assert hours.next_open(at(23, 10), brand) < at(23, 10) + timedelta(days=450)


@pytest.mark.parametrize(
    ("now", "urgency", "told"),
    [
        (at(23, 3), Urgency.CRISIS, at(23, 3)),
        (at(23, 3), Urgency.HIGH, at(23, 8)),
        (at(22, 15), Urgency.HIGH, at(22, 15)),
        (at(22, 22), Urgency.HIGH, at(23, 8)),
        (at(22, 15), Urgency.NORMAL, at(23, 9)),
        (at(23, 10), Urgency.LOW, at(23, 10)),
    ],
)
def test_quiet_hours_hold_what_can_wait(now: datetime, urgency: Urgency, told: datetime) -> None:
    """A crisis passes through; what is urgent is told on a Sunday afternoon and not in the night."""
    assert hours.tellable(now, urgency, SHOP) == told


@pytest.mark.parametrize(
    ("now", "urgency", "told"),
    [
        (at(23, 12), Urgency.NORMAL, at(23, 14)),
        (at(23, 12), Urgency.HIGH, at(23, 14)),
        (at(23, 12), Urgency.CRISIS, at(23, 12)),
        (at(22, 3), Urgency.HIGH, at(22, 3)),
    ],
)
def test_quiet_hours_of_a_brand_hold_in_its_working_hours_too(now: datetime, urgency: Urgency, told: datetime) -> None:
    """And only those."""
    assert hours.tellable(now, urgency, SHOP.model_copy(update={"quiet_hours": "11:30-14:00"})) == told


def test_a_team_that_works_by_night_is_told_by_night() -> None:
    """The night is quiet only where nobody works; quiet hours over all working hours silence nobody for ever."""
    night = SHOP.model_copy(update={"working_hours": {"mon": "18:00-24:00"}})

    assert hours.tellable(at(23, 22), Urgency.NORMAL, night) == at(23, 22)
    assert hours.tellable(at(23, 22), Urgency.HIGH, night) == at(23, 22)
    silent = SHOP.model_copy(update={"quiet_hours": "08:00-19:00"})
    assert hours.tellable(at(23, 10), Urgency.NORMAL, silent) == at(23, 10)


def test_a_deadline_is_in_working_time_and_that_of_a_crisis_by_the_clock() -> None:
    """On a Sunday afternoon."""
    assert hours.due(at(22, 15), 60, Urgency.HIGH, SHOP) == at(23, 10)
    assert hours.due(at(22, 15), 15, Urgency.CRISIS, SHOP) == at(22, 15, 15)


@given(st.integers(0, 2 * 365 * 24 * 60), st.integers(1, 60 * 60))
def test_working_time_counts_the_same_both_ways(minutes: int, length: int) -> None:
    """What is owed after so much working time lies so much working time ahead."""
    begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    working = timedelta(minutes=length)

    assert hours.worked(begun, hours.after(begun, working, SHOP), SHOP) == working
