"""Twin of the links' store."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.twins.stored import kept

if TYPE_CHECKING:
    from datetime import datetime

    from heraut.links import Link


class LinksTwin:
    """Links by brand and hash."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str], Link] = {}
        self._lock = threading.Lock()

    def save(self, link: Link) -> None:
        self._links[link.brand, link.hash] = kept(link)

    def link(self, brand: str, token_hash: str) -> Link | None:
        return self._links.get((brand, token_hash))

    def mark_used(self, link: Link, at: datetime) -> bool:
        with self._lock:
            found = self._links.get((link.brand, link.hash))
            if found is None or found.used_at is not None:
                return False
            self._links[link.brand, link.hash] = kept(found.model_copy(update={"used_at": at}))
            return True
