"""Dates and hours as people write them in a calendar: `23/11/2026`, `9h30`, `lundi 23 novembre 2026 à 9 h 30`.

Day before month, always: `11/12/2026` is the eleventh of December. Nothing is guessed: what can be read in two ways,
or not at all, is None, and the caller says so.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from heraut.publishing.calendar.columns import plain

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- day 0 of spreadsheets: a wall-clock date
_SERIALS = (36526, 73051)  # the days of 2000 to 2099
_DAY_SECONDS = 86_400
_FINE = 5  # decimals from which a serial tells seconds; fewer are a rounded minute
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: day
    for day, names in enumerate(
        (
            "lundi lun monday mon",
            "mardi mar tuesday tue",
            "mercredi mer wednesday wed",
            "jeudi jeu thursday thu",
            "vendredi ven friday fri",
            "samedi sam saturday sat",
            "dimanche dim sunday sun",
        ),
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_IN_WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+)\.?,? (\d{4})")
_WEEKDAY = re.compile(r"([a-z]+)\.?,? (?=\d)")
_SERIAL = re.compile(r"\d{5}([.,]\d+)?")
_FRACTION = re.compile(r"0?[.,](\d+)")
_HOURS = (
    re.compile(r"(\d{1,2}) ?(?:h|heures?)(?: ?(\d{1,2}) ?(?:mn|min|minutes?)?(?: ?(\d{1,2}) ?(?:s|sec)?)?)?()"),
    re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))? ?(am|pm)?"),
    re.compile(r"(\d{1,2})()() ?(am|pm)?"),
)
_NOON = 12


class WrongWeekday(ValueError):
    """The weekday written is not the date's; `right` is the date's (0 is Monday)."""

    def __init__(self, day: date) -> None:
        """Keep the date."""
        super().__init__(day.isoformat())
        self.right = day.weekday()


def read_moment(text: str) -> tuple[date, time | None] | None:
    """Read a date, with an hour where there is one. Raises WrongWeekday."""
    cleaned = _bare(text)
    serial = _read_serial(cleaned)
    if serial:
        return serial
    taken = _read_date(cleaned)
    if taken is None:
        return None
    day, rest = taken
    rest = re.sub(r"^[t,]?\s*(?:at|a)?\s*", "", rest)
    if not rest:
        return day, None
    hour = read_hour(rest)
    return (day, hour) if hour else None


def read_hour(text: str) -> time | None:
    """Read an hour: `9h`, `9 h 30`, `09:30`, `9:30:15`, `9:30 pm`, `midi`, or a spreadsheet's fraction of a day."""
    cleaned = _bare(text)
    if cleaned in ("midi", "noon"):
        return time(_NOON)
    fraction = _FRACTION.fullmatch(cleaned)
    if fraction:
        return _of_day(float("0." + fraction[1]), len(fraction[1]))
    found = next((match for form in _HOURS if (match := form.fullmatch(cleaned))), None)
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.group(1, 2, 3))
    if found[4]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found[4] == "pm" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def read_instant(text: str) -> datetime | None:
    """Read a moment that carries its own offset (`2026-11-23T08:30:00Z`); None when it has none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)", text.strip()):
        return None
    try:
        return datetime.fromisoformat(text.strip().replace(" ", "T", 1).replace(" ", "")).replace(microsecond=0)
    except ValueError:
        return None


def _bare(text: str) -> str:
    """Give a date or hour in plain letters: lower case, no accents, plain spaces, dashes kept."""
    return re.sub(r"\s+", " ", "-".join(plain(piece) for piece in text.split("-"))).strip()


def _read_date(text: str) -> tuple[date, str] | None:
    weekday = None
    named = _WEEKDAY.match(text)
    if named:
        if named[1] not in _WEEKDAYS:
            return None
        weekday, text = _WEEKDAYS[named[1]], text[named.end() :]
    parts = _parts(text)
    if parts is None:
        return None
    (year, month, day), rest = parts
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    if weekday is not None and found.weekday() != weekday:
        raise WrongWeekday(found)
    return found, rest


def _parts(text: str) -> tuple[tuple[int, int, int], str] | None:
    if found := _ISO.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.match(text):
        day, month, year = (int(part) for part in found.groups())
        year += 2000 if len(found[3]) == len("26") else 0
    elif (found := _IN_WORDS.match(text)) and found[2] in _MONTHS:
        day, month, year = int(found[1]), _MONTHS[found[2]], int(found[3])
    else:
        return None
    rest = text[found.end() :]
    return None if rest[:1].isdigit() else ((year, month, day), rest)


def _read_serial(text: str) -> tuple[date, time | None] | None:
    found = _SERIAL.fullmatch(text)
    if not found or not _SERIALS[0] <= int(text[:5]) < _SERIALS[1]:
        return None
    day = (_EPOCH + timedelta(days=int(text[:5]))).date()
    if not found[1]:
        return day, None
    hour = _of_day(float("0." + found[1][1:]), len(found[1]) - 1)
    return (day, hour) if hour else None


def _of_day(fraction: float, decimals: int) -> time | None:
    seconds = round(fraction * _DAY_SECONDS)
    if decimals < _FINE:
        seconds = round(seconds / 60) * 60
    return (_EPOCH + timedelta(seconds=seconds)).time() if seconds < _DAY_SECONDS else None
