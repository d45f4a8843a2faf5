"""Twin of the public bucket."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, datetime, timedelta

from heraut.networks.site import SiteEntry, SiteObject


class SiteObjectsTwin:
    """Objects by key, in memory, safe to use from several threads; `types` and `caches` keep what readers are told."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.caches: dict[str, str] = {}
        self._modified: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._writes = 0

    def read(self, key: str) -> SiteObject | None:
        with self._lock:
            body = self.objects.get(key)
        return None if body is None else SiteObject(body, _etag(body))

    def create(self, key: str, body: bytes, content_type: str, cache: str) -> bool:
        with self._lock:
            if key in self.objects:
                return False
            self._keep(key, body, content_type, cache)
            return True

    def replace(self, key: str, body: bytes, etag: str, content_type: str, cache: str) -> bool:
        with self._lock:
            there = self.objects.get(key)
            if there is None or _etag(there) != etag:
                return False
            self._keep(key, body, content_type, cache)
            return True

    def entries(self, prefix: str) -> list[SiteEntry]:
        with self._lock:
            return [SiteEntry(key, self._modified[key]) for key in sorted(self.objects) if key.startswith(prefix)]

    def _keep(self, key: str, body: bytes, content_type: str, cache: str) -> None:
        self._writes += 1
        self.objects[key] = body
        self.types[key] = content_type
        self.caches[key] = cache
        self._modified[key] = datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self._writes)


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
