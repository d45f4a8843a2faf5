"""A ZIP with one calendar and its media, read in memory and never unpacked onto a disk."""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from heraut.errors import InvalidInput
from heraut.problems import problem
from heraut.publishing.calendar.sheet import MOST_BYTES, is_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from heraut.publishing.calendar.sheet import CalendarFile

MOST_ENTRIES = 1_000
MOST_UNPACKED = 300_000_000  # bytes, all entries together
MOST_RATIO = 200  # unpacked to packed: pictures hardly shrink, a calendar by ten
SMALL = 1_000_000  # below, the ratio says nothing
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


def is_archive(body: bytes) -> bool:
    """Whether it begins like a ZIP (a workbook does too)."""
    return body.startswith(b"PK")


def is_workbook(body: bytes) -> bool:
    """Whether it is a workbook of Excel's kind."""
    return any(info.filename == "[Content_Types].xml" for info in _entries(opened(body)))


def is_open_document(body: bytes) -> bool:
    """Whether it is a document of LibreOffice's kind (OpenDocument 1.3, part 2, 3.3: its first entry is `mimetype`)."""
    return any(info.filename == "mimetype" for info in _entries(opened(body))[:1])


def open_archive(body: bytes, read: Callable[[bytes], CalendarFile]) -> CalendarFile:
    """Read the one calendar inside, with the other files by their path from it; InvalidInput when it cannot be used."""
    archive = opened(body)
    entries = [info for info in _entries(archive) if not _is_litter(info)]
    refuse_bomb(entries)
    for info in entries:
        _refuse_trick(info)
    files = {_name(info): info for info in entries if not info.is_dir()}
    calendars = _calendars(files)
    if len(calendars) != 1:
        raise InvalidInput([problem("archive_calendars", found=len(calendars))])
    name = calendars[0]
    if name.lower().endswith(".zip"):
        raise InvalidInput([problem("archive_in_archive")])
    calendar = read(_unpacked(archive, files.pop(name), MOST_BYTES))
    folder = PurePosixPath(name).parent
    beside = {
        str(PurePosixPath(path).relative_to(folder)): info
        for path, info in files.items()
        if PurePosixPath(path).is_relative_to(folder)
    }
    return replace(calendar, inside=_Packed(archive, beside, calendar.inside))


def _calendars(names: Iterable[str]) -> list[str]:
    """Give what may be the calendar: a text file only where nothing else may (it is a note to the reader)."""
    found = [name for name in names if is_calendar(name)]
    return [name for name in found if not name.lower().endswith(".txt")] or found


class _Packed(Mapping[str, bytes]):
    """The media of an archive, unpacked one by one when they are asked for; `held` are those of the calendar itself."""

    def __init__(
        self, archive: zipfile.ZipFile, beside: Mapping[str, zipfile.ZipInfo], held: Mapping[str, bytes]
    ) -> None:
        self._archive = archive
        self._beside = beside
        self._held = held

    def __getitem__(self, path: str) -> bytes:
        if path in self._held:
            return self._held[path]
        return _unpacked(self._archive, self._beside[path], MOST_UNPACKED)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._beside, **self._held})

    def __len__(self) -> int:
        return len({**self._beside, **self._held})


def opened(body: bytes) -> zipfile.ZipFile:
    """Open an archive; InvalidInput when it is damaged."""
    try:
        return zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise InvalidInput([problem("archive_unreadable")]) from None


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return archive.infolist()


def refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive that says it would unpack to more than a calendar can be (InvalidInput)."""
    unpacked = sum(info.file_size for info in entries)
    packed = sum(info.compress_size for info in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED:
        raise InvalidInput([problem("archive_too_large", limit=MOST_UNPACKED // 1_000_000)])
    if unpacked > SMALL and unpacked > MOST_RATIO * max(1, packed):
        raise InvalidInput([problem("archive_too_large", limit=MOST_UNPACKED // 1_000_000)])


def _refuse_trick(info: zipfile.ZipInfo) -> None:
    name = _name(info)
    path = PurePosixPath(name)
    linked = stat.S_ISLNK(info.external_attr >> 16)
    if linked or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise InvalidInput([problem("archive_path", name=path.name[:80])])
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise InvalidInput([problem("archive_encrypted")])


def _is_litter(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    return any(part in _LITTER or part.startswith("._") for part in parts)


def _name(info: zipfile.ZipInfo) -> str:
    """Give an entry's name: UTF-8 where it says so or reads so (macOS), else as Windows writes it in France."""
    name = info.filename
    if not info.flag_bits & _UTF8_FLAG:
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp850", "replace")
    return unicodedata.normalize("NFC", name)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """Read one entry, believing no size that it announces."""
    try:
        with archive.open(info) as entry:
            body = entry.read(most + 1)
    except DAMAGED:
        raise InvalidInput([problem("archive_unreadable")]) from None
    if len(body) > most:
        raise InvalidInput([problem("archive_too_large", limit=most // 1_000_000)])
    return body
