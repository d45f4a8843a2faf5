"""Move the sample calendar to now, so that its week is played in two minutes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from heraut.due import require_aware
from heraut.publishing.calendar.moment import read_hour, read_moment

FIRST = timedelta(seconds=20)
LAST = timedelta(seconds=110)
_MORE = timedelta(seconds=1)


def moved(
    calendar: str,
    now: datetime,
    *,
    first: timedelta = FIRST,
    last: timedelta = LAST,
    zone: str = "Europe/Paris",
) -> str:
    """Give the calendar (the text of `calendrier.csv`) with its rows spread, in their order, from `first` to `last`.

    Every other cell stays as it is. `now` is aware; hours are written to the second, in `zone`. A row whose date
    cannot be read keeps it.
    """
    rows = list(csv.reader(io.StringIO(calendar, newline=""), delimiter=";"))
    header, below = rows[0], rows[1:]
    day_at, hour_at = header.index("date"), header.index("heure")
    moments = {number: moment for number, row in enumerate(below) if (moment := _moment(row[day_at], row[hour_at]))}
    start = (require_aware(now) + first).astimezone(UTC).replace(microsecond=0) + _MORE
    step = (last - first - _MORE) / max(1, len(moments) - 1)
    for place, number in enumerate(sorted(moments, key=lambda number: moments[number])):
        then = (start + step * place).astimezone(ZoneInfo(zone))
        below[number][day_at], below[number][hour_at] = then.strftime("%d/%m/%Y"), then.strftime("%H:%M:%S")
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(rows)
    return written.getvalue()


def _moment(day: str, hour: str) -> datetime | None:
    """Give the row's place in the week (a wall-clock time, only compared)."""
    found, at = read_moment(day), read_hour(hour)
    return datetime.combine(found[0], at) if found and at else None
