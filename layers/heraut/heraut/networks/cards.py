"""The card of a link: title, description and picture of the page behind it, as the page itself offers them.

Some networks draw it themselves; others (Bluesky) show what they are given. Open Graph first (https://ogp.me), then
Twitter's names for the same, then plain HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bs4 import BeautifulSoup, SoupStrainer

from heraut.errors import AddressRefused, Refused
from heraut.fetch import fetch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heraut.fetch import Fetched, Guard
    from heraut.networks.images import Picture

PAGE_BYTES = 5_000_000
HEAD_BYTES = 500_000  # of a page are read: what describes it stands at its start
PICTURE_BYTES = 10_000_000
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")
CARD_PICTURE_BYTES = 950_000  # Bluesky takes a million
CARD_PICTURE_SIDE = 1200  # pixels
TITLE_CHARACTERS = 200
DESCRIPTION_CHARACTERS = 300
SECONDS = 10.0


@dataclass(frozen=True)
class Card:
    """What a page says about itself; `description` may be empty."""

    address: str
    title: str
    description: str
    picture: Picture | None = None


def card_of(address: str, guard: Guard) -> Card | None:
    """Read the page at an address and give its card; None when it cannot be read or has no title."""
    try:
        page = fetch(
            address, limit_bytes=PAGE_BYTES, kinds=("text/html", "application/xhtml+xml"), guard=guard, seconds=SECONDS
        )
    except AddressRefused:
        return None
    said = _Said(page)
    title = said.first("og:title", "twitter:title") or said.title
    if not title:
        return None
    description = said.first("og:description", "twitter:description", "description")
    picture = said.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    return Card(
        address=page.address,
        title=_shortened(title, TITLE_CHARACTERS),
        description=_shortened(description, DESCRIPTION_CHARACTERS),
        picture=_picture(page.address, picture, guard) if picture else None,
    )


class _Said:
    """What a page's head says."""

    def __init__(self, page: Fetched) -> None:
        charset = page.charset if _is_known(page.charset) else None
        soup = BeautifulSoup(
            page.body[:HEAD_BYTES],
            "html.parser",
            from_encoding=charset,
            parse_only=SoupStrainer(["meta", "title"]),
        )
        self._values: dict[str, str] = {}
        for tag in soup.find_all("meta"):
            name = str(tag.get("property") or tag.get("name") or "").strip().lower()
            self._values.setdefault(name, _plain(str(tag.get("content") or "")))
        found = soup.find("title")
        self.title = _plain(found.get_text()) if found else ""

    def first(self, *names: str) -> str:
        """Give the first of these that says something."""
        return next((self._values[name] for name in names if self._values.get(name)), "")


def _is_known(charset: str | None) -> bool:
    if charset is None:
        return False
    try:
        "".encode(charset)
    except LookupError:
        return False
    return True


def _plain(text: str) -> str:
    """One line, without characters that no one sees."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]", " ", text).split())


def _shortened(text: str, characters: int) -> str:
    return text if len(text) <= characters else text[: characters - 1].rsplit(" ", 1)[0] + "…"


def _picture(page: str, address: str, guard: Guard) -> Picture | None:
    """Fetch and shrink the page's picture; None when it cannot be had: a card is good without."""
    from heraut.networks import images  # Pillow is slow to load

    kinds: Sequence[str] = (*PICTURE_TYPES, "image/gif")
    try:
        found = fetch(urljoin(page, address), limit_bytes=PICTURE_BYTES, kinds=kinds, guard=guard, seconds=SECONDS)
        return images.fit(
            found.body, types=PICTURE_TYPES, limit_bytes=CARD_PICTURE_BYTES, longest_side=CARD_PICTURE_SIDE
        )
    except (AddressRefused, Refused, ValueError):  # ValueError: what the page names is no address
        return None
