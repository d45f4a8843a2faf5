"""XLSX: the first sheet that looks like a calendar, its dates and hours written out, its merged cells filled."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from heraut.errors import InvalidInput
from heraut.problems import problem, warning
from heraut.publishing.calendar.sheet import MOST_COLUMNS, MOST_ROWS, Sheet, header_at
from heraut.publishing.calendar.weight import refuse_heavy_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

LAST_ROW = 5_000  # blank rows included
_HALF = timedelta(microseconds=500_000)
_NO_DAY = date(1899, 12, 31)  # up to here, a date and hour is an hour alone


def read_workbook(body: bytes) -> Sheet:
    """Read the calendar's sheet; InvalidInput when the workbook cannot be opened."""
    from openpyxl import load_workbook

    refuse_heavy_workbook(body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that it leaves out
            book = load_workbook(io.BytesIO(body), data_only=True)
    except Exception as error:  # a damaged workbook makes openpyxl raise anything at all
        raise InvalidInput([problem("workbook_unreadable")]) from error
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheets = [(sheet.title, _sheet(sheet)) for sheet in shown]
    calendars = [(title, sheet) for title, sheet in sheets if header_at(sheet) is not None]
    if not calendars:
        return Sheet([])
    title, sheet = calendars[0]
    others = ", ".join(name for name, _ in calendars[1:])
    said = (warning("sheets_not_read", read=title, others=others),) if others else ()
    return Sheet(sheet.rows, sheet.problems, said)


def _sheet(sheet: Worksheet) -> Sheet:
    if sheet.max_row > LAST_ROW:
        held = sheet._cells.values()  # noqa: SLF001 -- iter_rows would make a million empty cells
        if any(cell.value is not None and cell.row > LAST_ROW for cell in held):
            raise InvalidInput([problem("too_many_rows", rows=sheet.max_row, limit=MOST_ROWS)])
    filled = _merged(sheet)
    rows: list[tuple[int, list[str]]] = []
    problems = {}
    for number, cells in enumerate(_cells(sheet), start=1):
        texts = [filled.get((number, place)) or _text(cell) for place, cell in enumerate(cells, start=1)]
        while texts and not texts[-1]:
            texts.pop()
        if any(cell.data_type == "e" for cell in cells):
            broken = next(cell for cell in cells if cell.data_type == "e")
            problems[number] = problem("cell_error", cell=broken.coordinate, error=str(broken.value))
        if texts:
            rows.append((number, texts))
    return Sheet(rows, problems)


def _cells(sheet: Worksheet) -> Iterable[Sequence[Cell | MergedCell]]:
    return sheet.iter_rows(max_row=min(sheet.max_row, LAST_ROW), max_col=min(sheet.max_column, MOST_COLUMNS))


def _merged(sheet: Worksheet) -> dict[tuple[int, int], str]:
    """Give what merged cells hold to every row they cover: people merge the date over a day's posts."""
    filled: dict[tuple[int, int], str] = {}
    for covered in sheet.merged_cells.ranges:
        if covered.min_col != covered.max_col or covered.size["rows"] > MOST_ROWS:
            continue
        text = _text(sheet.cell(covered.min_row, covered.min_col))
        if text:
            filled |= {(row, covered.min_col): text for row in range(covered.min_row, covered.max_row + 1)}
    return filled


def _text(cell: Cell | MergedCell) -> str:  # noqa: PLR0911 -- one line for each kind of cell
    from openpyxl.styles.numbers import is_datetime

    value = cell.value
    match value:
        case None:
            return ""
        case datetime():
            return _moment(value, with_hour=is_datetime(cell.number_format) == "datetime")
        case date():
            return value.isoformat()
        case time():
            return _moment(datetime.combine(_NO_DAY, value))
        case timedelta():
            return _moment(datetime.combine(_NO_DAY, time()) + value)
        case bool():
            return "vrai" if value else "faux"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


def _moment(value: datetime, *, with_hour: bool = False) -> str:
    """Write a date, an hour or both, to the second (a spreadsheet's 9:30 may be 9:29:59.999998).

    `with_hour`: the cell shows one, so that midnight is meant.
    """
    value = (value + _HALF).replace(microsecond=0)
    hour = value.time().isoformat()
    if value.date() <= _NO_DAY:
        return hour
    alone = value.time() == time() and not with_hour
    return value.date().isoformat() if alone else f"{value.date().isoformat()}T{hour}"
