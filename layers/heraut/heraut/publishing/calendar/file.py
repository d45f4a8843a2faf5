"""Read a calendar file as people have it: CSV, XLSX, ICS, or a ZIP of one of them with its media.

What comes out is the same for all (`calendar.sheet`). What the file is, its content says, not its name. What reads a
form is loaded when a file has that form.
"""

from __future__ import annotations

from heraut.errors import InvalidInput
from heraut.problems import problem
from heraut.publishing.calendar.sheet import MOST_BYTES, CalendarFile, of_sheet


def read_calendar(body: bytes) -> CalendarFile:
    """Read a calendar; InvalidInput when nothing of it can be used."""
    from heraut.publishing.calendar.archive import is_archive, is_open_document, is_workbook, open_archive

    if not body.strip():
        raise InvalidInput([problem("file_empty")])
    if is_archive(body) and is_open_document(body):
        raise InvalidInput([problem("file_open_document")])
    if is_archive(body) and not is_workbook(body):
        return open_archive(body, _read_plain)
    return _read_plain(body)


def _read_plain(body: bytes) -> CalendarFile:
    """Read what is no archive: a workbook, an ICS file or a CSV file."""
    from heraut.publishing.calendar.archive import is_archive, is_workbook

    if len(body) > MOST_BYTES:
        raise InvalidInput([problem("file_too_large", limit=MOST_BYTES // 1_000_000)])
    if is_archive(body):
        if not is_workbook(body):
            raise InvalidInput([problem("file_kind_unknown")])
        from heraut.publishing.calendar.workbook import read_workbook

        return of_sheet(read_workbook(body))
    from heraut.publishing.calendar.text import decode, read_csv

    text = decode(body)
    if text.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        from heraut.publishing.calendar.events import read_events

        return read_events(text)
    return of_sheet(read_csv(text))
