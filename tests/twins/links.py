"""Twin of the links' store."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.twins.stored import kept

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from heraut.links import Link


class LinksTwin:
    """Links by brand and hash."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str], Link] = {}
        self._lock = threading.Lock()

    def save(self, link: Link) -> None:
        self._links[link.brand, link.hash] = kept(link)

    def save_only(self, link: Link) -> None:
        with self._lock:
            same = (link.brand, link.person, link.action)
            self._links = {key: one for key, one in self._links.items() if (one.brand, one.person, one.action) != same}
            self._links[link.brand, link.hash] = kept(link)

    def link(self, brand: str, token_hash: str) -> Link | None:
        return self._links.get((brand, token_hash))

    def forget_interactions(self, brand: str, interactions: Collection[str]) -> None:
        for key, one in self._links.items():
            if one.brand == brand and one.interaction in interactions:
                self._links[key] = kept(one.model_copy(update={"interaction": "", "said": None}))

    def mark_used(self, link: Link, at: datetime) -> bool:
        with self._lock:
            found = self._links.get((link.brand, link.hash))
            if found is None or found.used_at is not None:
                return False
            self._links[link.brand, link.hash] = kept(found.model_copy(update={"used_at": at}))
            return True
