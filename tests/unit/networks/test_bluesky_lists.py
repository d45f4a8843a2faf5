"""Where people read a comment under a Bluesky post, as its list gives it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from heraut.brands import Account, EntryKind, NetworkName
from heraut.fetch import Guard
from heraut.networks import bluesky_lists
from heraut.networks.bluesky_repository import Repository
from heraut.networks.bluesky_sessions import Sessions
from heraut.networks.http import Http

POST = "at://did:plc:ours/app.bsky.feed.post/3post"
ANA = {"did": "did:plc:ana", "handle": "ana.example"}
COMMENT = {
    "uri": "at://did:plc:ana/app.bsky.feed.post/3comment",
    "author": ANA,
    "record": {"text": "Je participe !"},
    "indexedAt": "2026-11-23T09:00:00Z",
}
THREAD = {"$type": "app.bsky.feed.defs#threadViewPost", "post": {"uri": POST, "replyCount": 1}}


class Answering(Repository):
    """A repository whose network's readers have this one comment."""

    def ask(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Give the thread."""
        return {"thread": THREAD | {"replies": [{"$type": THREAD["$type"], "post": COMMENT}]}}


@pytest.mark.parametrize(
    ("service", "url"),
    [
        (None, "https://bsky.app/profile/did:plc:ana/post/3comment"),
        ("pds.example", "https://bsky.app/profile/did:plc:ana/post/3comment"),
        ("http://127.0.0.1:2583", ""),
    ],
)
def test_a_comment_has_an_address_that_no_change_of_name_breaks(service: str | None, url: str) -> None:
    """On every public server; a network of one's own has no readers' page."""
    account = Account(name="sky", network=NetworkName.BLUESKY, service=service, handle="boulangerie.example")
    session: Any = type("Signed", (), {"did": "did:plc:ours"})()
    repository = Answering(Http(Guard()), Sessions(), account, {}, datetime.now(UTC), _session=session)

    (entry,) = bluesky_lists.entries(repository, EntryKind.COMMENT, POST, None).entries
    assert (entry.url, entry.by) == (url, "bluesky:did:plc:ana")
