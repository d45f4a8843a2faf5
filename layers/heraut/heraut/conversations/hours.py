"""Working hours of a team, by the clock on its wall (pure). Public holidays are not known yet."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

from heraut.brands import Weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

    Week = Mapping[Weekday, str]

_DAYS: tuple[Weekday, ...] = get_args(Weekday)
_A_WEEK = 8  # days in which each of the week's comes, whatever the hour now


def next_open(at: datetime, week: Week, zone: str) -> datetime:
    """Give the first instant, `at` or later, at which the team works."""
    opens, _ = _span(at, week, zone)
    return max(at, opens)


def after(start: datetime, working: timedelta, week: Week, zone: str) -> datetime:
    """Give the instant when so much working time has passed since `start`."""
    at, left = start, working
    while True:
        opens, closes = _span(at, week, zone)
        at = max(at, opens)
        if left <= closes - at:
            return at + left
        left -= closes - at
        at = closes


def _span(at: datetime, week: Week, zone: str) -> tuple[datetime, datetime]:
    """Give the working day under way at an instant, or else the next one: when it opens and closes."""
    today = at.astimezone(ZoneInfo(zone)).date()
    for number in range(_A_WEEK):
        day = today + timedelta(days=number)
        hours = week.get(_DAYS[day.weekday()])
        if hours is None:
            continue
        opens, closes = (_instant(day, hour, zone, at) for hour in hours.split("-"))
        if at < closes:
            return opens, closes
    raise ValueError("a week without working hours")


def _instant(day: date, hour: str, zone: str, like: datetime) -> datetime:
    """Give a local hour of a day as an instant; 24:00 is the next day's midnight."""
    if hour == "24:00":
        day, hour = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(hour), ZoneInfo(zone)).astimezone(like.tzinfo)
