"""Files made to hurt: small ones that mean gigabytes, broken ones, lying ones. Each gives its bytes."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

from openpyxl import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

SHEET = "xl/worksheets/sheet1.xml"
_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CSV = b"comptes;texte\nsite;a\n"


def zipped(files: dict[str, bytes]) -> bytes:
    """Pack files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def cell(place: str, text: str) -> str:
    """Write a cell."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str) -> str:
    """Write a row."""
    cells = "".join(cell(f"{letter}{number}", text) for letter, text in zip("ABCDEF", texts, strict=False))
    return f'<row r="{number}">{cells}</row>'


HEADER = row(1, "comptes", "texte")
GOOD = HEADER + row(2, "site", "bonjour")


def workbook(rows: str, *, after: str = "", before: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """Make a workbook whose sheet says exactly this; `parts` are added to the archive."""
    empty = io.BytesIO()
    Workbook().save(empty)
    with zipfile.ZipFile(empty) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[SHEET] = f"{before}<worksheet {_SPACE}><sheetData>{rows}</sheetData>{after}</worksheet>".encode()
    return zipped(files | (parts or {}))


def merged(*ranges: str) -> bytes:
    """Make a workbook with merged cells."""
    return workbook(
        GOOD, after="<mergeCells>" + "".join(f'<mergeCell ref="{one}"/>' for one in ranges) + "</mergeCells>"
    )


def entities() -> bytes:
    """A billion laughs."""
    laughs = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return workbook(HEADER + row(2, "site", "&j;"), before=f'<!DOCTYPE worksheet [<!ENTITY a "lollollol">{laughs}]>')


def external() -> bytes:
    """An entity that would read a file of the machine."""
    return workbook(
        HEADER + row(2, "site", "&a;"), before='<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    )


def nested() -> bytes:
    """An archive in an archive in an archive."""
    return zipped({"a.zip": zipped({"b.zip": zipped({"calendrier.csv": CSV})})})


def flat_bomb() -> bytes:
    """A thousandth of what it unpacks to."""
    return zipped({"calendrier.csv": CSV, "image.png": bytes(3_000_000)})


def lying(claim: int) -> bytes:
    """An archive whose directory says another size than what is there."""
    body = bytearray(zipped({"calendrier.csv": CSV + b"site;" + b"a" * 30_000_000}))
    for mark, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        at = body.index(mark) + offset
        body[at : at + 4] = struct.pack("<I", claim)
    return bytes(body)


def overlapping() -> bytes:
    """Many entries that share one packed body (Fifield's bomb)."""
    one = zipped({"calendrier.csv": CSV, "i.png": bytes(900_000)})
    start = one.index(b"PK\1\2")
    end = one.index(b"PK\5\6")
    entries = [one[start:end]]
    second = one[one.index(b"PK\1\2", start + 4) : end]
    entries += [second.replace(b"i.png", f"{n:05}".encode()) for n in range(900)]
    directory = b"".join(entries)
    count = 2 + 900
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(directory), start, 0)
    return one[:start] + directory + tail


def linked() -> bytes:
    """A symbolic link."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("calendrier.csv", CSV)
        info = zipfile.ZipInfo("photo.jpg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/hostname")
    return out.getvalue()


def encrypted() -> bytes:
    """An entry that says it is encrypted."""
    body = bytearray(zipped({"calendrier.csv": CSV}))
    for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        body[body.index(mark) + offset] |= 1
    return bytes(body)


def with_macros(rows: str) -> bytes:
    """Make a workbook as Excel writes one with macros (.xlsm): its own kind, and a part of Visual Basic."""
    held = workbook(rows, parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"})
    with zipfile.ZipFile(io.BytesIO(held)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    plain, kind = b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.main", b"vnd.ms-excel.sheet.macroEnabled.main"
    binary = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    types = files["[Content_Types].xml"]
    files["[Content_Types].xml"] = types.replace(plain, kind).replace(b"</Types>", binary)
    return zipped(files)


def events(*lines: str, count: int = 1, head: str = "") -> bytes:
    """Make an ICS file whose events have these lines."""
    one = "\r\n".join(["BEGIN:VEVENT", "UID:1", "DTSTART:20261123T093000Z", *lines, "END:VEVENT"])
    many = (one + "\r\n") * count
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{many}END:VCALENDAR\r\n".encode()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million rows": (
        lambda: workbook(HEADER + "".join(row(n, "site", "x") for n in range(3_000)) * 100),
        "workbook_too_full",
    ),
    "a million blank cells": (
        lambda: workbook(GOOD + "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(5_000)) * 200),
        "workbook_too_full",
    ),
    "one merge over a whole sheet": (lambda: merged("A3:XFD1048576"), "workbook_too_full"),
    "many merges": (lambda: merged(*(f"A{n}:A{n + 1}" for n in range(3, 20_000, 2))), "workbook_too_full"),
    "a merge written in disguise": (lambda: merged("&#65;3:XFD1048576"), "workbook_too_full"),
    "a billion laughs": (entities, "workbook_unreadable"),
    "an entity of the machine": (external, "workbook_unreadable"),
    "entities in UTF-16": (
        lambda: workbook(GOOD, parts={"xl/more.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16")}),
        "workbook_unreadable",
    ),
    "a cell of 60 MB in 60 kB": (lambda: workbook(HEADER + row(2, "site", "x" * 60_000_000)), "archive_too_large"),
    "an archive in archives": (nested, "archive_in_archive"),
    "a flat bomb": (flat_bomb, "archive_too_large"),
    "overlapping entries": (overlapping, "archive_too_large"),
    "a size that is too small": (lambda: lying(100), "archive_unreadable"),
    "a size that is huge": (lambda: lying(4_000_000_000), "archive_too_large"),
    "a path out of the archive": (lambda: zipped({"calendrier.csv": CSV, "../../x.jpg": b"x"}), "archive_path"),
    "an absolute path": (lambda: zipped({"calendrier.csv": CSV, "/etc/x.jpg": b"x"}), "archive_path"),
    "a path of Windows": (lambda: zipped({"calendrier.csv": CSV, "C:x.jpg": b"x"}), "archive_path"),
    "a symbolic link": (linked, "archive_path"),
    "an encrypted entry": (encrypted, "archive_encrypted"),
    "an old Excel workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_old_excel"),
    "a LibreOffice spreadsheet": (
        lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
        "file_open_document",
    ),
    "NULs": (lambda: b"comptes;texte\nsite;a\0b\n", "file_kind_unknown"),
    "one line of 100 MB": (lambda: b"comptes;texte\nsite;" + b"a" * 100_000_000, "file_too_large"),
    "events without end": (lambda: events(count=50_000), "too_many_rows"),
    "rules without end": (lambda: events(*["RRULE:FREQ=SECONDLY;COUNT=1000000000"] * 60_000), "events_too_full"),
    "calendars without end": (lambda: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" * 30_000, "events_too_full"),
    "dates without end": (lambda: events("RDATE:" + "20261123T093000Z," * 600_000), "events_too_full"),
    "components within each other": (lambda: b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 30_000, "too_many_rows"),
    "five million rows": (lambda: b"comptes;texte\n" + b"a;b\n" * 1_000_000, "too_many_rows"),
    "only line breaks": (lambda: b"\n" * 2_000_000 + b"x", "header_missing"),
    "only separators": (lambda: b";" * 1_000_000, "header_missing"),
}

READ: dict[str, Callable[[], bytes]] = {
    "a formula": lambda: workbook(GOOD + '<row r="3"><c r="A3"><f>HYPERLINK("https://x.example","site")</f></c></row>'),
    "a formula with its value": lambda: workbook(
        HEADER + f'<row r="2">{cell("A2", "site")}<c r="B2" t="str"><f>A1&amp;"!"</f><v>bonjour</v></c></row>'
    ),
    "a workbook with macros": lambda: with_macros(GOOD),
    "a CSV cell of 10 MB": lambda: CSV[:-2] + b"bonjour\nsite;" + b"a b" * 3_300_000 + b"\nsite;c\n",
    "a macro": lambda: workbook(GOOD, parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"}),
    "a cell of 10 MB": lambda: workbook(GOOD + row(3, "site", "".join(f"{n:x} " for n in range(1_500_000)))),
    "a cell beyond the sheet's edge": lambda: workbook(
        HEADER + row(2, "site", "bonjour").replace("</row>", cell("XFD2", "x") + "</row>")
    ),
    "unpaired surrogates": lambda: workbook(HEADER + row(2, "site", "bonjour_xD83D_")),
    "a rule that never ends": lambda: events("SUMMARY:bonjour", "RRULE:FREQ=SECONDLY"),
    "a zone that changes each second": lambda: events(
        "SUMMARY:bonjour",
        head="BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\n"
        "TZOFFSETTO:+0000\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
    ),
    "a folded line of 5 MB": lambda: events("SUMMARY:bonjour", "X-LONG:" + "\r\n a" * 1_200_000),
    "a quotation mark never closed": lambda: b'comptes;texte\nsite;bonjour\nsite;"a\n' + b"b;c\n" * 300_000,
}
