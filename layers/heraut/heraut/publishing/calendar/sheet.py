"""What every form of calendar becomes: numbered rows of text by column, below a header that is looked for."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from heraut.errors import InvalidInput
from heraut.problems import Problem, problem, warning
from heraut.publishing.calendar.columns import Column, column_called

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".ics", ".zip")
ANSWERED = (".xls", ".ods")
MOST_BYTES = 20_000_000  # of a calendar itself; a ZIP may hold more (`calendar.archive`)
MOST_ROWS = 2_000
LONGEST_CELL = 100_000  # characters; Excel stops at 32 767, and no network takes more than this
MOST_COLUMNS = 200
HEADER_WITHIN = 20  # rows in which the header is looked for: a title may stand above it
HEADER_COLUMNS = 2  # columns of ours that make a row the header


@dataclass(frozen=True)
class Row:
    """One row as the person numbers it (row 1 is the header): what stands in each column that has something."""

    number: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class CalendarFile:
    """What was read.

    `headers` gives each column's name as the person wrote it, `problems` concern the header row, `inside` are the
    media that came in the file itself, by path. `whole` is False when the end could not be read.
    """

    rows: tuple[Row, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    header_row: int = 1
    problems: tuple[Problem, ...] = ()
    inside: Mapping[str, bytes] = field(default_factory=dict)
    whole: bool = True


@dataclass(frozen=True)
class Sheet:
    """Numbered rows of cells, before anybody knows what the columns mean; `problems` stop one row, by its number."""

    rows: Sequence[tuple[int, Sequence[str]]]
    problems: Mapping[int, Problem] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    whole: bool = True
    more: int = 0  # rows beyond those that are kept


def is_calendar(name: str, endings: Sequence[str] = ENDINGS) -> bool:
    """Whether a file of this name may be a calendar (media lie beside it, and are none)."""
    path = PurePosixPath(name)
    return path.suffix.lower() in endings and not path.name.startswith((".", "~$"))


def is_answered(name: str) -> bool:
    """Whether a file of this name gets a report: a calendar, or a spreadsheet that we cannot read and say so."""
    return is_calendar(name, ENDINGS + ANSWERED)


def of_sheet(sheet: Sheet) -> CalendarFile:
    """Find the header and give the rows below it their columns; InvalidInput when there is no header of ours."""
    at = header_at(sheet)
    if at is None:
        raise InvalidInput([problem("header_missing")])
    header_row, header = sheet.rows[at]
    columns = [column_called(name) for name in header]
    below = sheet.rows[at + 1 :]
    rows = [_row(number, cells, columns, sheet.problems.get(number)) for number, cells in below]
    filled = tuple(row for row in rows if row.cells or row.problems)
    if len(filled) + sheet.more > MOST_ROWS:
        raise InvalidInput([problem("too_many_rows", rows=len(filled) + sheet.more, limit=MOST_ROWS)])
    unknown = [name.strip() for name, column in zip(header, columns, strict=True) if column is None and name.strip()]
    warnings = tuple(warning("column_unknown", name, name=name) for name in unknown)
    headers = {column: name.strip() for name, column in zip(header, columns, strict=True) if column}
    return CalendarFile(filled, headers, header_row, sheet.warnings + warnings, whole=sheet.whole)


def header_at(sheet: Sheet) -> int | None:
    """Find which of the first rows is the header: the first with two columns of ours, a text or account among them."""
    for at, (_, cells) in enumerate(sheet.rows[:HEADER_WITHIN]):
        found = {column_called(cell) for cell in cells} - {None}
        if len(found) >= HEADER_COLUMNS and found & {Column.TEXT, Column.ACCOUNTS, Column.MEDIA}:
            return at
    return None


def _row(number: int, cells: Sequence[str], columns: Sequence[str | None], found: Problem | None) -> Row:
    problems = [found] if found else []
    if any(cell.strip() for cell in cells[len(columns) :]):
        problems.append(problem("too_many_cells", cells=len(cells), columns=len(columns)))
    read: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        text = tidy(cell)
        if column is None or not text:
            continue
        if read.setdefault(column, text) != text:
            problems.append(problem("column_twice", column, name=column))
    return Row(number, read, tuple(problems))


def tidy(cell: str) -> str:
    """Give a cell's text: composed accents, plain line breaks, no control characters; cut where it is too long to read.

    What else no text may hold is told to the person: `calendar.row` leaves it out.
    """
    whole = cell.strip()
    lines = whole[: LONGEST_CELL + 1].replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    shown = "".join(letter for letter in lines if letter in "\n\t" or not _is_unseen(letter))
    tidied = unicodedata.normalize("NFC", shown).strip()
    # What was cut stays too long, whatever was left out of it: else half a text would pass for a whole one.
    return tidied if len(whole) <= LONGEST_CELL else tidied.ljust(LONGEST_CELL + 1, "…")


def _is_unseen(letter: str) -> bool:
    """Whether it is a control character, half of a surrogate pair, or no character at all (U+FDD0, U+FFFF...)."""
    code = ord(letter)
    return unicodedata.category(letter) in ("Cc", "Cs") or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF  # noqa: PLR2004
