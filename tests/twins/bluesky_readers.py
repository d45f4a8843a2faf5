"""A Bluesky readers' server on loopback that lists a crowd as the real one does.

Threads come whole, lists of people in pages that end by a cursor, with people left out who block or are blocked (so a
page may be short, or empty and not the last). Checked against the real network in tests/peers/test_lists.py.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heraut.brands import EntryKind
from tests.loopback import answer, read_request, serving
from tests.matrix.bluesky_double import COLLECTION, token
from tests.matrix.wire import Heard, Said, heard
from tests.twins.crowd import ME, Crowd, Deed

if TYPE_CHECKING:
    import socket

MOST = 100
DEEPEST = 10
SECRET = {"password": "abcd-efgh-ijkl-mnop", "access_jwt": token(), "refresh_jwt": token(), "did": f"did:plc:{ME}"}


def uri(who: str, number: int) -> str:
    """Give the address of what somebody wrote."""
    return f"at://{did(who)}/{COLLECTION}/3k{number:011}"


def did(who: str) -> str:
    """Give who somebody is."""
    return f"did:plc:{who}"


@dataclass
class BlueskyReaders:
    """The server; `instead` are answers that it gives before the truth (None: the line breaks)."""

    crowd: Crowd = field(default_factory=lambda: Crowd(named=uri))
    instead: list[Said | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    late: bool = False  # its readers have not read the account's posts yet
    url: str = ""
    host_port: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Heard) -> Said | None:
        """Answer one request; None: not at all."""
        with self._lock:
            method = request.path.rpartition(".")[2]
            self.asked.append((method, dict(request.query)))
            if self.instead:
                return self.instead.pop(0)
            if method not in {"getRecord", "resolveHandle"} and not request.headers.get("authorization", "").startswith(
                "Bearer "
            ):
                return Said(401, {"error": "AuthMissing", "message": "Authentication Required"})
            said: Said = getattr(self, f"_{method}")(request.query)
            return said

    def _getRecord(self, asked: Any) -> Said:  # noqa: N802 -- the method's name
        address = f"at://{asked['repo'][0]}/{COLLECTION}/{asked['rkey'][0]}"
        if address not in self.crowd.posts:
            return Said(400, {"error": "RecordNotFound", "message": f"Could not locate record: {address}"})
        return Said(200, {"uri": address, "cid": "bafy", "value": {"text": "Jeu"}})

    def _getPosts(self, asked: Any) -> Said:  # noqa: N802
        if len(asked["uris"]) > 25:
            return Said(400, {"error": "InvalidRequest", "message": "Error: Params must have at most 25 elements"})
        found = [
            one
            for one in self.crowd.deeds
            if one.kind is EntryKind.COMMENT and uri(one.who, one.number) in asked["uris"]
        ]
        ours = [_view_of_ours(post) for post in self.crowd.posts if post in asked["uris"]]
        return Said(200, {"posts": ours + [_view_of_comment(one) for one in found]})

    def _resolveHandle(self, asked: Any) -> Said:  # noqa: N802
        who, _, rest = asked["handle"][0].partition(".")
        if rest != "example":
            return Said(400, {"error": "InvalidRequest", "message": "Unable to resolve handle"})
        return Said(200, {"did": did(who)})

    def _getPostThread(self, asked: Any) -> Said:  # noqa: N802
        post = asked["uri"][0]
        if self.late or post not in self.crowd.posts:
            return Said(400, {"error": "NotFound", "message": f"Post not found: {post}"})
        comments = self.crowd.under(EntryKind.COMMENT, post)
        return Said(200, {"thread": self._node(_view_of_ours(post), comments, min(int(asked["depth"][0]), DEEPEST))})

    def _node(self, view: dict[str, Any], comments: list[Deed], depth: int) -> dict[str, Any]:
        """Give a post with what stands below it, newest first."""
        root = view["uri"] in self.crowd.posts
        below = [one for one in comments if (one.below or (view["uri"] if root else None)) == view["uri"]]
        node: dict[str, Any] = {"$type": "app.bsky.feed.defs#threadViewPost", "post": view | {"replyCount": len(below)}}
        if depth:
            node["replies"] = [self._reply(one, comments, depth - 1) for one in below]
        return node

    def _reply(self, deed: Deed, comments: list[Deed], depth: int) -> dict[str, Any]:
        address = uri(deed.who, deed.number)
        if deed.who in self.crowd.blocked:
            author = {"did": did(deed.who)}
            return {"$type": "app.bsky.feed.defs#blockedPost", "uri": address, "blocked": True, "author": author}
        written = {"$type": COLLECTION, "text": deed.text, "createdAt": "2020-01-01T00:00:00.000Z"}
        facets = [_mention(deed.text, one) for one in deed.naming]
        at = deed.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record = written | ({"facets": facets} if facets else {})
        view: dict[str, Any] = {
            "uri": address,
            "cid": "bafy",
            "author": _actor(deed.who),
            "record": record,
            "indexedAt": at,
        }
        view["likeCount"] = len(self.crowd.under(EntryKind.LIKE, address))
        return self._node(view, comments, depth)

    def _getLikes(self, asked: Any) -> Said:  # noqa: N802
        page, cursor = self._page(EntryKind.LIKE, asked)
        likes = [
            {"actor": _actor(one.who), "createdAt": "2020-01-01T00:00:00.000Z", "indexedAt": one.at.isoformat()}
            for one in page
        ]
        return Said(200, {"uri": asked["uri"][0], "likes": likes, **cursor})

    def _getRepostedBy(self, asked: Any) -> Said:  # noqa: N802
        page, cursor = self._page(EntryKind.REPOST, asked)
        return Said(200, {"uri": asked["uri"][0], "repostedBy": [_actor(one.who) for one in page], **cursor})

    def _page(self, kind: EntryKind, asked: Any) -> tuple[list[Deed], dict[str, str]]:
        """Give a page and its cursor, which any page that read something has, the last one too."""
        before = int(asked["cursor"][0]) if "cursor" in asked else None
        limit = min(int(asked.get("limit", ["50"])[0]), MOST)
        found = [one for one in self.crowd.under(kind, asked["uri"][0]) if before is None or one.number < before]
        page = found[:limit]
        shown = [one for one in page if one.who not in self.crowd.blocked]
        return shown, {"cursor": str(page[-1].number)} if page else {}

    def _getBlocks(self, asked: Any) -> Said:  # noqa: N802
        start, limit = int(asked.get("cursor", ["0"])[0]), min(int(asked.get("limit", ["50"])[0]), MOST)
        page = self.crowd.blocking[start : start + limit]
        cursor = {"cursor": str(start + limit)} if page else {}
        return Said(200, {"blocks": [_actor(one) for one in page], **cursor})

    def _getRelationships(self, asked: Any) -> Said:  # noqa: N802
        others = asked.get("others", [])
        if len(others) > 30:
            return Said(400, {"error": "InvalidRequest", "message": "Error: Params must have at most 30 elements"})
        found = [self._relationship(one) for one in others]
        return Said(200, {"actor": asked["actor"][0], "relationships": found})

    def _relationship(self, other: str) -> dict[str, Any]:
        held: dict[str, Any] = {"$type": "app.bsky.graph.defs#relationship", "did": other}
        follows = other.removeprefix("did:plc:") in self.crowd.followers
        return held | ({"followedBy": f"at://{other}/app.bsky.graph.follow/3k"} if follows else {})


def _actor(who: str) -> dict[str, Any]:
    made = "2024-05-06T07:08:09.000Z"
    return {"did": did(who), "handle": f"{who}.example", "displayName": who.capitalize(), "createdAt": made}


def _view_of_ours(post: str) -> dict[str, Any]:
    return {
        "uri": post,
        "cid": "bafy",
        "author": _actor(ME),
        "record": {"text": "Jeu"},
        "indexedAt": "2026-11-23T09:00Z",
    }


def _view_of_comment(deed: Deed) -> dict[str, Any]:
    """Give a comment as it is told by itself: what it stands under, and the first post of its thread."""
    root, parent = ({"uri": one, "cid": "bafy"} for one in (deed.post, deed.below or deed.post))
    record = {"text": deed.text, "reply": {"root": root, "parent": parent}}
    return {
        "uri": uri(deed.who, deed.number),
        "cid": f"bafy{deed.number}",
        "author": _actor(deed.who),
        "record": record,
    }


def _mention(text: str, who: str) -> dict[str, Any]:
    begin = text.encode().index(f"@{who}".encode())
    place = {"byteStart": begin, "byteEnd": begin + len(f"@{who}".encode())}
    return {"index": place, "features": [{"$type": "app.bsky.richtext.facet#mention", "did": did(who)}]}


@contextmanager
def bluesky_readers() -> Iterator[BlueskyReaders]:
    """Serve it on a free port of loopback while the block runs."""
    double = BlueskyReaders()

    def play(connected: socket.socket) -> None:
        said = double.answer(heard(read_request(connected)))
        if said is not None:
            connected.sendall(answer(f"{said.status} Said", json.dumps(said.body).encode(), **said.headers))

    with serving(play) as server:
        double.url, double.host_port = server.url, server.host_port
        yield double
