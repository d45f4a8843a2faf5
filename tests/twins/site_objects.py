"""Twin of the public bucket."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from heraut.networks.site import SiteEntry, SiteObject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True)
class Shown:
    """What a reader of the bucket gets."""

    body: bytes
    content_type: str
    cache: str
    modified: datetime


class SiteObjectsTwin:
    """Objects by key, in `shown`; `now` tells when they are written."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.shown: dict[str, Shown] = {}
        self._now = now
        self._lock = threading.Lock()

    def read(self, key: str) -> SiteObject | None:
        held = self.shown.get(key)
        return SiteObject(body=held.body, etag=_etag(held.body)) if held else None

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        with self._lock:
            if key in self.shown:
                return False
            self.shown[key] = Shown(body, content_type, cache, self._now())
            return True

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        with self._lock:
            held = self.shown.get(key)
            if held is None or _etag(held.body) != etag:
                return False
            self.shown[key] = Shown(body, content_type, cache, self._now())
            return True

    def entries(self, prefix: str) -> Sequence[SiteEntry]:
        found = sorted(key for key in self.shown if key.startswith(prefix))
        return [SiteEntry(key, self.shown[key].modified) for key in found]


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
