"""Whose morning it is, by the clock on a brand's wall (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from heraut.conversations import is_working_day
from heraut.due import require_aware

if TYPE_CHECKING:
    from heraut.brands import Brand

MADE_UP_FOR = 3  # hours in which a morning that was missed is made up for
FAR = 60  # days looked at for one with work; a brand closed for longer has its next day, or its last one, without
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Morning:
    """A brand's working day that begins: the `day`, its midnight (`begins`), and the midnights around it.

    `since` is when the working day before began, `until` when the next one begins. `new_week` says that the one before
    was of another week.
    """

    day: date
    begins: datetime
    since: datetime
    until: datetime
    new_week: bool


def morning_of(brand: Brand, now: datetime) -> Morning | None:
    """Give the morning that is at `now`; None at other hours, and on days on which the team does not work.

    It lasts some hours, for a run that did not come; whoever asks remembers whom it told on this day. So an hour that
    a night of spring leaves out is made up for by the next, and one that comes twice in autumn is one morning.
    """
    there = require_aware(now).astimezone(ZoneInfo(brand.zone))
    day = there.date()
    if not brand.morning_hour <= there.hour <= brand.morning_hour + MADE_UP_FOR or not is_working_day(day, brand):
        return None
    before, after = _working(day, -_A_DAY, brand), _working(day, _A_DAY, brand)
    return Morning(
        day=day,
        begins=_midnight(day, brand),
        since=_midnight(before, brand),
        until=_midnight(after, brand),
        new_week=before.isocalendar()[:2] != day.isocalendar()[:2],
    )


def _working(day: date, step: timedelta, brand: Brand) -> date:
    """Give the nearest working day in a direction; none within two months: the nearest day."""
    near = (day + number * step for number in range(1, FAR + 1))
    return next((one for one in near if is_working_day(one, brand)), day + step)


def _midnight(day: date, brand: Brand) -> datetime:
    """Give when a day begins."""
    return datetime.combine(day, time(), ZoneInfo(brand.zone)).astimezone(ZoneInfo("UTC"))
