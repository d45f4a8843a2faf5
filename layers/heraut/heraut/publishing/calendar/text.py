"""CSV as spreadsheets write it: comma, semicolon or tab; UTF-8 with or without BOM, cp1252 (in France), UTF-16."""

from __future__ import annotations

import codecs
import csv
import io

from heraut.errors import InvalidInput
from heraut.problems import problem
from heraut.publishing.calendar.sheet import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Sheet, header_at

SEPARATORS = (";", ",", "\t")
MOST_KEPT = 2 * MOST_ROWS  # rows; what stands below is counted alone
csv.field_size_limit(MOST_BYTES)  # a long cell is refused with its row; the module's own limit ends the reading
_END = "\x03"  # a last record of our own: when it does not come back alone, a quotation mark was left open
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_NO_CONTROLS = dict.fromkeys({*range(32), 127} - {*b"\t\n\r"})  # invisible, pasted by accident


def decode(body: bytes) -> str:
    """Decode a text file; InvalidInput when it is no text."""
    if body.startswith(_OLD_EXCEL):
        raise InvalidInput([problem("file_old_excel")])
    text = _decoded(body)
    if "\0" in text:
        raise InvalidInput([problem("file_kind_unknown")])
    return text.translate(_NO_CONTROLS)


def _decoded(body: bytes) -> str:
    wide = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput([problem("file_kind_unknown")])


def read_csv(text: str) -> Sheet:
    """Read a CSV file with the separator that makes a header of ours; rows are numbered as a spreadsheet shows them."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        text = rest  # Excel's own hint, which it does not show as a row
    sheets = [_read(text, separator) for separator in SEPARATORS]
    known = [sheet for sheet in sheets if header_at(sheet) is not None]
    if not known:
        return sheets[0]
    return max(known, key=_header_columns)


def _header_columns(sheet: Sheet) -> int:
    at = header_at(sheet)
    return 0 if at is None else len(sheet.rows[at][1])


def _read(text: str, separator: str) -> Sheet:
    body = text if text.endswith(("\n", "\r")) else text + "\n"
    reader = csv.reader(io.StringIO(body + _END, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    number, cells, more = 0, [_END], 0
    for number, cells in enumerate(reader, start=1):
        if cells == [_END]:
            continue
        more += len(rows) == MOST_KEPT and any(cells)
        if len(rows) < MOST_KEPT and any(cells):
            rows.append((number, _narrow(cells)))
    if cells == [_END]:
        return Sheet(rows, more=more)
    return _cut([row for row in rows if row[0] != number], number)


def _narrow(cells: list[str]) -> list[str]:
    """Keep the columns that a calendar may have; one more stands for all that is written beyond."""
    beyond = next((cell for cell in cells[MOST_COLUMNS:] if cell.strip()), "")
    return [*cells[:MOST_COLUMNS], beyond] if beyond else cells[:MOST_COLUMNS]


def _cut(rows: list[tuple[int, list[str]]], number: int) -> Sheet:
    rows.append((number, []))
    return Sheet(rows, problems={number: problem("quote_left_open")}, whole=False)
