"""When a team works, and when it may be disturbed, by the clock on its wall (pure).

Working hours are a brand's, less public holidays and its own days off. Quiet hours are those in which only a crisis is
told: the brand's, else the night outside working hours.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

from heraut.brands import Urgency, Weekday

if TYPE_CHECKING:
    from heraut.brands import Brand

_DAYS: tuple[Weekday, ...] = get_args(Weekday)
NIGHT = "21:00-08:00"  # quiet, where a brand says nothing
_A_DAY = timedelta(days=1)
_FAR = 400  # days looked ahead for one with work: a brand closed for longer answers as if it were open


def next_open(at: datetime, brand: Brand) -> datetime:
    """Give the first instant, `at` or later, at which the team works."""
    opens, _ = _span(at, brand)
    return max(at, opens)


def works(at: datetime, brand: Brand) -> bool:
    """Whether the team works at an instant."""
    return next_open(at, brand) == at


def after(start: datetime, working: timedelta, brand: Brand) -> datetime:
    """Give the instant when so much working time has passed since `start`."""
    at, left = start, working
    while True:
        opens, closes = _span(at, brand)
        at = max(at, opens)
        if left <= closes - at:
            return at + left
        left -= closes - at
        at = closes


def worked(start: datetime, end: datetime, brand: Brand) -> timedelta:
    """Say how much working time lies between two instants."""
    passed, at = timedelta(0), start
    while at < end:
        opens, closes = _span(at, brand)
        at = max(at, opens)
        if at < end:
            passed += min(closes, end) - at
        at = closes
    return passed


def is_working_day(day: date, brand: Brand) -> bool:
    """Whether the team works on a day of its own calendar."""
    return _DAYS[day.weekday()] in brand.working_hours and day not in _off(brand.public_days, brand.days_off)


def due(start: datetime, minutes: int, urgency: Urgency, brand: Brand) -> datetime:
    """Give a deadline: in working time, for a crisis by the clock."""
    length = timedelta(minutes=minutes)
    return start + length if urgency is Urgency.CRISIS else after(start, length, brand)


def tellable(at: datetime, urgency: Urgency, brand: Brand) -> datetime:
    """Give the first instant, `at` or later, at which people may be told of something so urgent."""
    if urgency is Urgency.CRISIS:
        return at
    if urgency is Urgency.HIGH:
        return _after_quiet(at, brand)
    found = next_open(at, brand)
    for _ in range(_FAR):
        calm = _after_quiet(found, brand)
        if calm == found:
            return found
        found = next_open(calm, brand)
    return next_open(at, brand)  # quiet whenever they work: work wins


def _after_quiet(at: datetime, brand: Brand) -> datetime:
    """Give the end of the quiet hours under way, or `at` itself."""
    if brand.quiet_hours is None and works(at, brand):
        return at
    end = _end_of(brand.quiet_hours or NIGHT, at, brand.zone)
    return min(end, next_open(at, brand)) if brand.quiet_hours is None else end


def _end_of(span: str, at: datetime, zone: str) -> datetime:
    """Give when a daily span under way ends (it may go over midnight), `at` where it is not under way."""
    begins, ends = span.split("-")
    there = at.astimezone(ZoneInfo(zone))
    now = f"{there:%H:%M}"
    inside = begins <= now < ends if begins < ends else now >= begins or now < ends
    if not inside:
        return at
    day = there.date() + _A_DAY if begins >= ends and now >= begins else there.date()
    return _instant(day, ends, zone, at)


def _span(at: datetime, brand: Brand) -> tuple[datetime, datetime]:
    """Give the working day under way at an instant, or else the next one: when it opens and closes."""
    today = at.astimezone(ZoneInfo(brand.zone)).date()
    off = _off(brand.public_days, brand.days_off)
    for number in range(_FAR + len(_DAYS)):
        day = today + timedelta(days=number)
        hours = brand.working_hours.get(_DAYS[day.weekday()])
        if hours is None or (number < _FAR and day in off):
            continue
        opens, closes = (_instant(day, hour, brand.zone, at) for hour in hours.split("-"))
        if at < closes:
            return opens, closes
    raise ValueError("a week without working hours")


@lru_cache(maxsize=128)
def _off(public_days: tuple[str, ...], days_off: tuple[str, ...]) -> frozenset[date]:
    """Give the days on which nobody works."""
    found = {date.fromisoformat(day) for day in public_days}
    for one in days_off:
        first, _, last = one.partition("/")
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        found |= {begin + timedelta(days=number) for number in range((end - begin).days + 1)}
    return frozenset(found)


def _instant(day: date, hour: str, zone: str, like: datetime) -> datetime:
    """Give a local hour of a day as an instant; 24:00 is the next day's midnight."""
    if hour == "24:00":
        day, hour = day + _A_DAY, "00:00"
    return datetime.combine(day, time.fromisoformat(hour), ZoneInfo(zone)).astimezone(like.tzinfo)
