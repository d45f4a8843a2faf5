"""ICS: one row per event. UID, DTSTART with TZID, DESCRIPTION else SUMMARY, CATEGORIES = accounts, ATTACH = media.

Any other column of a calendar may be given as `X-HERAUT-<COLUMN>` (RFC 5545, 3.8.8.2): `X-HERAUT-ALT`.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from heraut.errors import InvalidInput
from heraut.problems import Problem, problem
from heraut.publishing.calendar.columns import Column, column_called
from heraut.publishing.calendar.sheet import MOST_ROWS, CalendarFile, Row, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar.cal import Component

MOST_LINES = 50_000  # before folding: what the reader makes objects of
MOST_MARKS = 200_000  # commas, semicolons: they part values and parameters
_EVENT = re.compile(r"^BEGIN:VEVENT", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"^[^ \t\n]", re.MULTILINE)
_OURS = "X-HERAUT-"
_ESCAPED = re.compile(r"\\([\\;,nN])")  # RFC 5545, 3.3.11: the reader leaves it in properties that it does not know
_STATUSES = {"CANCELLED": "annulé", "TENTATIVE": "à valider"}
HEADERS: dict[str, str] = {
    Column.ID: "UID",
    Column.WHEN: "DTSTART",
    Column.ZONE: "TZID",
    Column.TEXT: "DESCRIPTION",
    Column.ACCOUNTS: "CATEGORIES",
    Column.MEDIA: "ATTACH",
    Column.STATUS: "STATUS",
}


def read_events(text: str) -> CalendarFile:
    """Read the events, numbered from 2 as if below a header; InvalidInput when it is no calendar."""
    from icalendar import Calendar

    begun = len(_EVENT.findall(text))
    if begun > MOST_ROWS:
        raise InvalidInput([problem("too_many_rows", rows=begun, limit=MOST_ROWS)])
    if len(_LINE.findall(text)) > MOST_LINES or any(text.count(letter) > MOST_MARKS for letter in ",;"):
        raise InvalidInput([problem("events_too_full")])
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except Exception as error:  # a damaged file makes the reader raise anything at all
        raise InvalidInput([problem("events_unreadable")]) from error
    if not calendars or "END:VCALENDAR" not in text.upper():  # cut before its end
        raise InvalidInput([problem("events_unreadable")])
    inside: dict[str, bytes] = {}
    rows = tuple(_row(number, event, inside) for number, event in enumerate(events, start=2))
    return CalendarFile(rows, HEADERS, inside=inside)


def _row(number: int, event: Component, inside: dict[str, bytes]) -> Row:
    cells: dict[str, str] = {}
    problems: list[Problem] = []
    for name in event:
        column = column_called(name.removeprefix(_OURS).replace("-AT-", "@")) if name.startswith(_OURS) else None
        if column:
            cells[column] = _ours(event, name)
    cells |= _moment(event, problems)
    cells[Column.ID] = _one(event, "UID")
    cells[Column.TEXT] = _one(event, "DESCRIPTION") or _one(event, "SUMMARY")
    cells[Column.ACCOUNTS] = "\n".join(_categories(event)) or cells.get(Column.ACCOUNTS, "")
    cells[Column.STATUS] = _STATUSES.get(_one(event, "STATUS").upper(), cells.get(Column.STATUS, ""))
    cells[Column.MEDIA] = "\n".join(_attached(number, event, inside, problems)) or cells.get(Column.MEDIA, "")
    if any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
        problems.append(problem("event_repeats", "RRULE"))
    said = {column: tidy(text) for column, text in cells.items()}
    return Row(number, {column: text for column, text in said.items() if text}, tuple(problems))


def _one(event: Component, name: str) -> str:
    value = _values(event, name)
    return str(value[0]).strip() if value else ""


def _ours(event: Component, name: str) -> str:
    """Give a property of ours as it was typed."""
    from icalendar.prop import vText

    given = _one(event, name)
    if any(isinstance(value, vText) for value in _values(event, name)):
        return given
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], given)


def _values(event: Component, name: str) -> list[Any]:
    value = event.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _categories(event: Component) -> Iterable[str]:
    for value in _values(event, "CATEGORIES"):
        yield from (str(category).strip() for category in getattr(value, "cats", [value]))


def _moment(event: Component, problems: list[Problem]) -> dict[str, str]:
    """Give the wall-clock time and its zone; an instant in a zone that has no name of its own keeps its offset."""
    from icalendar.prop.broken import vBroken
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    from heraut.local_time import zone_called

    found = _values(event, "DTSTART")
    if not found:
        return {}
    if isinstance(found[0], vBroken):
        problems.append(problem("date_unreadable", "DTSTART", given=str(found[0])[:40]))
        return {}
    moment = found[0].dt
    if not isinstance(moment, datetime):
        return {Column.WHEN: moment.isoformat()}
    named = str(found[0].params.get("TZID", ""))
    zone = zone_called(WINDOWS_TO_OLSON.get(named, named)) if named else None
    if zone:
        return {Column.WHEN: moment.replace(tzinfo=None).isoformat(), Column.ZONE: zone}
    if named and moment.tzinfo is None:
        return {Column.WHEN: moment.isoformat(), Column.ZONE: named}  # an unknown zone: said with the row
    return {Column.WHEN: moment.isoformat()}


def _attached(number: int, event: Component, inside: dict[str, bytes], problems: list[Problem]) -> Iterable[str]:
    from icalendar.prop import vBinary
    from icalendar.prop.broken import vBroken

    for place, value in enumerate(_values(event, "ATTACH"), start=1):
        name = str(value.params.get("FILENAME") or value.params.get("X-FILENAME") or f"{number}-{place}")
        path = f"ATTACH/{number}-{place}/{PurePosixPath(name).name}"
        if isinstance(value, vBroken):
            problems.append(problem("media_unreadable", "ATTACH", name=name[:80]))
        elif isinstance(value, vBinary):
            inside[path] = value.bytes
            yield path
        else:
            yield str(value)
