"""Whose morning it is: zones, days off, and the two nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from heraut.brands import Brand
from heraut.mornings.morning import Morning, morning_of

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)


def a_brand(**given: Any) -> Brand:
    """A bakery, in Paris and in the week's five days unless said."""
    return Brand(id="martin", name="Boulangerie Martin", **given)


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    """An instant by the clock on a wall."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def mornings(brand: Brand, since: datetime, hours: int) -> list[datetime]:
    """The hours, one after the other, at which it is morning."""
    every = [since + number * HOUR for number in range(hours)]
    return [one for one in every if morning_of(brand, one) is not None]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23T07:59", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T11:59", True),  # made up for
        ("2026-11-23T12:00", False),
        ("2026-11-21T08:00", False),  # a Saturday
        ("2026-11-11T08:00", False),  # a public holiday
        ("2026-12-28T08:00", False),  # days off
    ],
)
def test_when_it_is_morning(when: str, expected: bool) -> None:
    """From eight, for some hours, on days on which the team works."""
    brand = a_brand(public_days=("2026-11-11",), days_off=("2026-12-24/2026-12-31",))

    assert (morning_of(brand, at(when)) is not None) is expected


def test_it_goes_by_the_clock_of_each_brand() -> None:
    """Half hours too; one instant is one brand's morning and not another's."""
    now = at("2026-11-23T08:00")
    assert morning_of(a_brand(zone="America/Montreal"), now) is None
    assert morning_of(a_brand(zone="Asia/Kolkata", morning_hour=12), now) is not None
    assert morning_of(a_brand(morning_hour=5), now) is not None
    assert morning_of(a_brand(morning_hour=4), now) is None


def test_what_it_lies_between() -> None:
    """Friday: until Monday, since Thursday. Monday: since Friday, and a new week."""
    friday = morning_of(a_brand(), at("2026-11-20T08:00"))
    monday = morning_of(a_brand(), at("2026-11-23T08:00"))

    assert friday == Morning(
        day=date(2026, 11, 20),
        begins=at("2026-11-20T00:00"),
        since=at("2026-11-19T00:00"),
        until=at("2026-11-23T00:00"),
        new_week=False,
    )
    assert monday is not None
    assert (monday.since, monday.until) == (at("2026-11-20T00:00"), at("2026-11-24T00:00"))
    assert monday.new_week


def test_a_week_begins_on_its_first_working_day() -> None:
    """On Tuesday after a Monday off; at the turn of the year too."""
    closed = a_brand(public_days=("2026-11-23", "2027-01-01"))
    tuesday, monday = (morning_of(closed, at(f"{day}T09:00")) for day in ("2026-11-24", "2027-01-04"))
    assert tuesday is not None
    assert monday is not None
    assert tuesday.new_week
    assert monday.new_week
    assert monday.since == at("2026-12-31T00:00")


def test_the_night_without_its_third_hour() -> None:
    """29 March 2026: 2 o'clock does not exist; the morning of two o'clock begins at three."""
    brand = a_brand(morning_hour=2, working_hours={"sun": "09:00-12:00"})
    found = mornings(brand, at("2026-03-29T00:00"), 24)

    assert found[0].astimezone(PARIS).hour == 3
    assert {one.astimezone(PARIS).hour for one in found} == {3, 4, 5}


def test_the_night_with_an_hour_twice() -> None:
    """25 October 2026: 2 o'clock comes twice, on one and the same day; whoever was told then is not told again."""
    brand = a_brand(morning_hour=2, working_hours={"sun": "09:00-12:00"})
    found = [morning_of(brand, one) for one in mornings(brand, at("2026-10-25T00:00"), 25)]

    assert len(found) == 5
    assert {one.day for one in found if one} == {date(2026, 10, 25)}


def test_a_brand_that_works_no_day_for_months_has_neighbours_all_the_same() -> None:
    """What was and what comes is then that of the days beside it."""
    brand = a_brand(days_off=("2026-01-01/2026-11-22", "2026-11-24/2027-12-31"))
    found = morning_of(brand, at("2026-11-23T08:00"))
    assert found is not None
    assert (found.since, found.until) == (at("2026-11-22T00:00"), at("2026-11-24T00:00"))
