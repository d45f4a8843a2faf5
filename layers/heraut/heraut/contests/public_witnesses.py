"""Going to look at the public address where a commit is said to stand: a post, or a file pushed with git.

That the commit is there now proves nothing of when it came, so the place itself must say since when, about the very
text that holds the commit: Mastodon's and ActivityPub's `published`, Bluesky's `indexedAt` (never `createdAt`, which is
its author's), a page's `published_time` beside a description that holds it, and for GitHub its own record of pushes
(never a commit's date, which its author chooses). What was edited counts from its edit. The word of such a place is
worth what the place is: it is always named.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from heraut.contests.checks import Seen
from heraut.contests.draw import refused
from heraut.due import require_aware
from heraut.fetch import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from heraut.fetch import Fetched, Guard

MOST_BYTES = 4_000_000
KINDS = ("application/activity+json", "application/json", "text/html", "text/plain", "application/octet-stream")
_RAW = re.compile(r"https://raw\.githubusercontent\.com/(?P<repository>[\w.-]+/[\w.-]+)/(?P<sha>[0-9a-f]{40})/.+")
_ACTIVITY = "https://api.github.com/repos/{repository}/activity?per_page=100"
_DESCRIPTIONS = frozenset({"description", "og:description", "twitter:description"})
_PUBLISHED = frozenset({"article:published_time", "og:published_time"})


def looking(guard: Guard) -> Callable[[str, str, str], Seen]:
    """Give what `checks` takes as `look`: kind (post or git), address and commit make what was seen there.

    Raises AddressRefused where the address cannot be opened, InvalidInput where the commit does not stand there.
    """

    def look(kind: str, address: str, commit: str) -> Seen:
        page = fetch(address, limit_bytes=MOST_BYTES, kinds=KINDS, guard=guard)
        place = urlsplit(page.address).netloc
        text = page.body.decode("utf-8", errors="replace")  # hexadecimal is the same in every charset of the web
        if commit not in text:
            raise refused("draw_witness_not_there", host=place)
        if kind == "git":
            return Seen(place, _pushed(page.address, guard))
        return Seen(place, _said_in(page, text, commit))

    return look


def _said_in(page: Fetched, text: str, commit: str) -> datetime | None:
    if page.content_type.endswith("json"):
        try:
            return _latest(_of_objects(json.loads(text), commit))
        except (ValueError, RecursionError):
            return None
    if page.content_type == "text/html":
        return _of_page(text, commit)
    return None


def _of_objects(value: Any, commit: str) -> Iterator[Any]:
    """Give what each object that itself holds the commit says of its instant and of its last edit."""
    if isinstance(value, dict):
        if commit in str(value.get("content")):
            yield value.get("edited_at") or value.get("updated") or value.get("published") or value.get("created_at")
        record = value.get("record")
        if isinstance(record, dict) and commit in str(record.get("text")):
            yield value.get("indexedAt")
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _of_objects(child, commit)


def _of_page(text: str, commit: str) -> datetime | None:
    from bs4 import BeautifulSoup

    said = [
        (str(tag.get("property") or tag.get("name")), str(tag.get("content")))
        for tag in BeautifulSoup(text, "html.parser").find_all("meta")
    ]
    if not any(name in _DESCRIPTIONS and commit in content for name, content in said):
        return None
    return _latest(content for name, content in said if name in _PUBLISHED)


def _pushed(address: str, guard: Guard) -> datetime | None:
    """Give when GitHub itself received the git commit that an address names; None elsewhere, or when it forgot."""
    named = _RAW.fullmatch(address)
    if named is None:
        return None
    url = _ACTIVITY.format(repository=named["repository"])
    page = fetch(url, limit_bytes=MOST_BYTES, kinds=("application/json",), guard=guard)
    try:
        pushes = json.loads(page.body)
    except ValueError:
        return None
    found = [one for one in pushes if isinstance(one, dict)] if isinstance(pushes, list) else []
    return _latest(one.get("timestamp") for one in found if one.get("after") == named["sha"])


def _latest(said: Iterator[Any]) -> datetime | None:
    """Give the latest of some instants; None when there are none, or one of them is no instant."""
    found = []
    for one in said:
        try:
            found.append(require_aware(datetime.fromisoformat(str(one))))
        except ValueError:
            return None
    return max(found, default=None)
