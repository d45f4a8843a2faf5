"""What a workbook weighs, before anything reads it: its parts are streamed through once, and nothing of them is kept.

What openpyxl holds in memory grows with cells and merged ranges, not with bytes: a megabyte can say a billion cells.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heraut.errors import InvalidInput
from heraut.problems import problem
from heraut.publishing.calendar.archive import DAMAGED, opened, refuse_bomb

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

MOST_TAGS = 2_500_000  # 2 000 rows of 200 columns are 400 000 cells, six tags each
MOST_MERGES = 5_000
MOST_MERGED = 500_000  # cells of all merged ranges together
_BLOCK = 1 << 20
_LONGEST_TAG = 1 << 16
_DEFINES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_MERGE = re.compile(rb"mergeCell\s[^>]*")
_CELL = rb"\$?([A-Za-z]{1,3})\$?(\d{1,7})"
_RANGE = re.compile(rb"\sref\s*=\s*[\"']\s*" + _CELL + rb"(?::" + _CELL + rb")?\s*[\"']")


def refuse_heavy_workbook(body: bytes) -> None:
    """Refuse a workbook that would take minutes or gigabytes to read, or that defines entities (InvalidInput)."""
    archive = opened(body)
    refuse_bomb(archive.infolist())
    tags = merges = merged = 0
    for info in archive.infolist():
        for block in _blocks(archive, info) if info.filename.lower().endswith((".xml", ".rels")) else ():
            if _DEFINES.search(block):
                raise InvalidInput([problem("workbook_unreadable")])
            tags += block.count(b"<")
            for found in _MERGE.findall(block):
                merges += 1
                merged += _size(found)
            if tags > MOST_TAGS or merges > MOST_MERGES or merged > MOST_MERGED:
                raise InvalidInput([problem("workbook_too_full")])


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Give a part piece by piece, no tag cut in two."""
    rest = b""
    try:
        with archive.open(info) as part:
            while read := part.read(_BLOCK):
                block = rest + read.replace(b"\0", b"")  # UTF-16 has zeros
                cut = block.rfind(b"<")
                cut = len(block) if cut < 0 or len(block) - cut > _LONGEST_TAG else cut
                rest = block[cut:]
                yield block[:cut]
    except DAMAGED:
        raise InvalidInput([problem("workbook_unreadable")]) from None
    yield rest


def _size(merge: bytes) -> int:
    """Count the cells of a merged range; what says its range in a way that no spreadsheet does counts as too many."""
    found = _RANGE.search(merge)
    if found is None:
        return MOST_MERGED + 1
    left, top, right, bottom = found.groups()
    if right is None:
        return 1
    return (abs(_column(right) - _column(left)) + 1) * (abs(int(bottom) - int(top)) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
