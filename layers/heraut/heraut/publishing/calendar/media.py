"""Where a calendar's media come from: inside the file, beside it (on disk, in the bucket), or an https address."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from heraut.errors import AddressRefused, InvalidInput, NotFound
from heraut.problems import Problem, problem
from heraut.publishing.media import MOST_BYTES, media_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.publishing.calendar.row import MediaWanted
    from heraut.publishing.model import Media
    from heraut.publishing.store import MediaStore

Fetch = Callable[[str], bytes]  # an https address -> what is there; raises AddressRefused
Beside = Callable[[str], bytes]  # a path relative to the calendar -> what is there; raises NotFound
FETCHED_KINDS = ("image/*", "video/*", "application/octet-stream")  # what a server may call a picture
_FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")  # macOS decomposes the accents of file names


def beside_on_disk(folder: Path) -> Beside:
    """Read media from the calendar's own folder, and nowhere else (a link that leads out of it is not followed)."""
    root = folder.resolve()

    def read(path: str) -> bytes:
        for form in _FORMS:
            wanted = (root / unicodedata.normalize(form, path)).resolve()
            if wanted.is_relative_to(root) and wanted.is_file():
                if wanted.stat().st_size > MOST_BYTES:
                    raise InvalidInput([_too_large(path)])
                return wanted.read_bytes()
        raise NotFound(path)

    return read


def beside_in_bucket(files: MediaStore, calendar_key: str) -> Beside:
    """Read media from beside the calendar in its bucket: under the same prefix."""
    prefix = calendar_key.rpartition("/")[0]

    def read(path: str) -> bytes:
        for form in _FORMS:
            try:
                return files.read(f"{prefix}/{unicodedata.normalize(form, path)}")
            except NotFound:
                continue
        raise NotFound(path)

    return read


class MediaFinder:
    """Finds the media that rows name, and keeps them when a row is good."""

    def __init__(self, inside: Mapping[str, bytes], beside: Beside, fetch: Fetch, store: MediaStore) -> None:
        """Take the places to look into, and where to keep what is used."""
        self._inside = inside
        self._paths = {_folded(path): path for path in inside}
        self._beside = beside
        self._fetch = fetch
        self._store = store
        self._kept: dict[tuple[str, str], Media] = {}  # of this import: not read and not written twice

    def find(self, wanted: MediaWanted, brand: str) -> tuple[Media, bytes | None]:
        """Give what a row names, with its bytes unless it was kept already; InvalidInput says why it cannot be used."""
        kept = self._kept.get((brand, wanted.where))
        if kept:
            return kept.model_copy(update={"alt": wanted.alt}), None
        body = self._read(wanted)
        return media_of(body, wanted.name[:200], brand, wanted.alt), body

    def keep(self, wanted: MediaWanted, brand: str, media: Media, body: bytes | None) -> None:
        """Write it to the media bucket, named by what it holds."""
        if body is not None:
            self._store.save(media.key, body, media.content_type)
            self._kept[brand, wanted.where] = media

    def _read(self, wanted: MediaWanted) -> bytes:
        if wanted.is_address:
            try:
                return self._fetch(wanted.where)
            except AddressRefused as refused:
                raise InvalidInput([refused.problem]) from refused
        path = str(PurePosixPath(wanted.where))
        inside = self._paths.get(_folded(path))
        if inside is not None:
            return self._inside[inside]
        try:
            return self._beside(path)
        except NotFound:
            raise InvalidInput([problem("media_missing", name=wanted.where[:80])]) from None


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", str(PurePosixPath(path))).casefold()


def _too_large(path: str) -> Problem:
    return problem("media_too_large", name=path[:80], limit=MOST_BYTES // 1_000_000)
