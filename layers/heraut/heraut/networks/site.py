"""`site`: a public page, Atom and JSON Feed in a bucket."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True)
class SiteObject:
    """What an object holds, and the mark of exactly this content (ETag)."""

    body: bytes = field(repr=False)
    etag: str


@dataclass(frozen=True)
class SiteEntry:
    """An object in a listing, and when it was written."""

    key: str
    modified: datetime


class SiteObjects(Protocol):
    """The public bucket. Keys have no leading slash; `cache` is the Cache-Control that readers are given.

    Every method raises TryAgain when the bucket could not answer.
    """

    def read(self, key: str) -> SiteObject | None:
        """Read an object; None when it is not there."""

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        """Write an object that is not there yet (If-None-Match: *); False when it is, or when somebody else is at it."""

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        """Write over an object that still has this ETag (If-Match); False when it has not, or is gone."""

    def entries(self, prefix: str) -> Sequence[SiteEntry]:
        """Give every object whose key starts with `prefix`."""
