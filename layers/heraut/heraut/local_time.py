"""From the hour a person wrote, and its zone, to the instant: with the layer's own pinned zone data.

The system's zone data is never used (see `heraut/__init__.py`); the version of the data is kept on every post.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import tzdata

from heraut.problems import Problem, problem, warning

TZDATA = tzdata.IANA_VERSION
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/"),
    *("Australia/", "Europe/", "Indian/", "Pacific/"),
)


@dataclass(frozen=True)
class LocalTime:
    """What a person gave and the instant it means; `local` is `2026-11-23T09:30` (seconds only where there are some).

    `problem` is the warning of an hour that happens twice.
    """

    local: str
    zone: str
    instant: datetime
    tzdata: str = TZDATA
    problem: Problem | None = None


@cache
def zone_names() -> dict[str, str]:
    """Give the zones we know: IANA name in lower case -> as it is written."""
    return {name.lower(): name for name in zoneinfo.available_timezones()}


def zone_called(name: str) -> str | None:
    """Find a zone by its IANA name, whatever its case, or by its city alone (`Paris`); None: unknown or ambiguous."""
    wanted = name.strip().replace(" ", "_").lower()
    names = zone_names()
    if wanted in names:
        return names[wanted]
    cities = [known for known, name in names.items() if name.startswith(_REGIONS) and known.endswith(f"/{wanted}")]
    return names[cities[0]] if len(cities) == 1 else None


def at_local(wall: datetime, zone: str) -> LocalTime | Problem:
    """Give the instant of a wall-clock time (a datetime without zone, as a person reads a clock) in an IANA zone.

    A time that the zone skips is a problem that names the two nearest that exist; one that happens twice is the
    first, with a warning.
    """
    place = zoneinfo.ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return LocalTime(written(wall), zone, first.astimezone(UTC))
    if _exists(first, wall):
        hours = {"first": first.strftime("UTC%z"), "second": second.strftime("UTC%z")}
        twice = warning("time_happens_twice", time=_hour(wall), day=_day(wall), zone=zone, **hours)
        return LocalTime(written(wall), zone, first.astimezone(UTC), problem=twice)
    before, after = _around_gap(wall, place)
    return problem(
        "time_does_not_exist",
        time=_hour(wall),
        day=_day(wall),
        zone=zone,
        before=_told(before, wall),
        after=_told(after, wall),
    )


def on_the_wall(instant: datetime, zone: str) -> datetime:
    """Give what a clock shows in `zone` at an aware instant (a datetime without zone)."""
    return instant.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)


def written(wall: datetime) -> str:
    """Write a wall-clock time: `2026-11-23T09:30`, or `2026-11-23T09:30:15` where seconds were given."""
    return wall.isoformat(timespec="seconds" if wall.second else "minutes")


def _exists(aware: datetime, wall: datetime) -> bool:
    return aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None, fold=0) == wall


def _around_gap(wall: datetime, place: zoneinfo.ZoneInfo) -> tuple[datetime, datetime]:
    """Give the last minute before the gap and the first after it, found by halving (whatever the length of the gap)."""
    low = wall.replace(tzinfo=place, fold=1).astimezone(UTC) - SECOND
    high = wall.replace(tzinfo=place, fold=0).astimezone(UTC) + SECOND
    old = low.astimezone(place).utcoffset()
    while high - low > SECOND:
        middle = low + timedelta(seconds=int((high - low) / SECOND) // 2)
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == old else (low, middle)
    after = high.astimezone(place).replace(tzinfo=None)
    before = (high - MINUTE).astimezone(place).replace(tzinfo=None)
    return before, after


def _told(wall: datetime, asked: datetime) -> str:
    return _hour(wall) if wall.date() == asked.date() else f"{_day(wall)} {_hour(wall)}"


def _hour(wall: datetime) -> str:
    return wall.strftime("%H:%M:%S" if wall.second else "%H:%M")


def _day(wall: datetime) -> str:
    return wall.strftime("%d/%m/%Y")
