"""A Mastodon server on loopback that lists a crowd as the real one does, or as one that only imitates it.

The real one lists people by ids of its own, eighty a page, and says in the Link header where the next begins; an
imitator gives all at once, looks at the first of several people alone, and knows neither when accounts were made nor
who follows them (snac 2.75). Checked against snac and recordings of Mastodon 4.7 in tests/peers.
"""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from heraut.brands import EntryKind
from tests.loopback import answer, read_request, serving
from tests.matrix.wire import Heard, Said, heard
from tests.twins.crowd import ME, Crowd, Deed

if TYPE_CHECKING:
    import socket

MOST, USUAL = 80, 40
TOKEN = "token-of-the-bakery"
SECRET = {"access_token": TOKEN}
_KINDS = {"favourited_by": EntryKind.LIKE, "reblogged_by": EntryKind.REPOST}


def status_id(_who: str, number: int) -> str:
    """Give the id of a status."""
    return str(109_000_000_000_000_000 + number)


def actor(who: str) -> str:
    """Give the address by which somebody is known everywhere."""
    return f"https://social.example/ap/users/{who}"


def account_id(who: str) -> str:
    """Give what this server calls somebody."""
    return str(int.from_bytes(who.encode(), "big"))


@dataclass
class MastodonCrowd:
    """The server; `instead` are answers that it gives before the truth (None: the line breaks)."""

    imitates: bool = False
    lacks: frozenset[str] = frozenset()  # lists that it does not have
    scopes: str = "read write"
    crowd: Crowd = field(default_factory=lambda: Crowd(named=status_id))
    direct: set[str] = field(default_factory=set)  # comments that only the account sees
    counted: int | None = None  # how many answers it says a post has, where that is more than it lists
    instead: list[Said | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    url: str = ""
    host_port: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Heard) -> Said | None:
        """Answer one request; None: not at all."""
        with self._lock:
            self.asked.append((request.path, dict(request.query)))
            if request.path == "/api/v2/instance":
                version = "2.7.2 (not true Mastodon; snac 2.75)" if self.imitates else "4.7.0"
                return Said(200, {"domain": "social.example", "version": version})
            if self.instead:
                return self.instead.pop(0)
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return Said(401, {"error": "The access token is invalid"})
            return self._told(request.path.split("/")[3:], request.query) or Said(404, {"error": "Record not found"})

    def _told(self, asked: list[str], query: Any) -> Said | None:
        match asked:
            case ["accounts", "verify_credentials"]:
                return Said(200, self._account(ME))
            case ["accounts", "relationships"]:
                return self._relationships(query)
            case ["accounts", one, "statuses"] if one == account_id(ME):
                return self._own(query)
            case ["blocks"]:
                return self._blocks(query)
            case ["statuses", post, *rest]:
                return self._of_post(post, rest, query) if post in self.crowd.posts else self._comment(post, rest)
        return None

    def _comment(self, remote: str, rest: list[str]) -> Said | None:
        found = [one for one in self.crowd.deeds if status_id(one.who, one.number) == remote]
        return Said(200, self._status(found[0])) if found and not rest else None

    def _of_post(self, post: str, rest: list[str], query: Any) -> Said | None:
        comments = self.crowd.under(EntryKind.COMMENT, post)
        match rest:
            case []:
                count = sum(1 for one in comments if one.below is None) if self.counted is None else self.counted
                return Said(200, self._ours(post) | {"replies_count": count})
            case ["context"]:
                found = [self._status(one) for one in reversed(comments) if self._shown(one)]
                return Said(200, {"ancestors": [], "descendants": found})
            case [name] if name in _KINDS and name not in self.lacks:
                return self._people(post, name, query)
        return None

    def read_at(self, post: str) -> str:
        """Give where people read a post."""
        return str(self._ours(post)["url"])

    def _ours(self, post: str) -> dict[str, Any]:
        """Give a post of the account; an imitator's has no id in its address."""
        url = f"{_page(ME)}/{'p/' + post[-4:] + '.1' if self.imitates else post}"
        return {"id": post, "account": self._account(ME), "url": url, "visibility": "public"} | {
            "uri": f"{actor(ME)}/statuses/{post}"
        }

    def _own(self, query: Any) -> Said:
        """List the account's posts, newest first."""
        limit, before = int(query["limit"][0]), query.get("max_id", ["9" * 30])[0]
        page = [post for post in reversed(self.crowd.posts) if int(post) < int(before)][:limit]
        link = f'<{self.url}/api/v1/accounts/{account_id(ME)}/statuses?max_id={page[-1]}>; rel="next"' if page else ""
        return Said(200, [self._ours(post) for post in page], {"Link": link} if link else {})

    def _shown(self, deed: Deed) -> bool:
        return deed.who not in self.crowd.blocked

    def _people(self, post: str, name: str, query: Any) -> Said:
        found = [one for one in self.crowd.under(_KINDS[name], post) if self._shown(one)]
        if self.imitates:
            return Said(200, [self._account(one.who) for one in found])
        before = int(query["max_id"][0]) if "max_id" in query else None
        limit = min(int(query.get("limit", [str(USUAL)])[0]), MOST)
        page = [one for one in found if before is None or one.number < before][:limit]
        where = f"{self.url}/api/v1/statuses/{post}/{name}"
        links = [f'<{where}?limit={limit}&max_id={page[-1].number}>; rel="next"'] if len(page) == limit else []
        links += [f'<{where}?limit={limit}&since_id={page[0].number}>; rel="prev"'] if page else []
        headers = {"Link": ", ".join(links)} if links else {}
        return Said(200, [self._account(one.who) for one in page], headers)

    def _blocks(self, query: Any) -> Said:
        """List whom the account blocks, newest first; the cursor counts down."""
        if self.scopes == "read:statuses":
            return Said(403, {"error": "This action is outside the authorized scopes"})
        if self.imitates:
            return Said(200, [self._account(one) for one in self.crowd.blocking])
        start = 10_000 - int(query.get("max_id", ["10000"])[0])
        limit = min(int(query.get("limit", [str(USUAL)])[0]), MOST)
        page = self.crowd.blocking[start : start + limit]
        where = f"{self.url}/api/v1/blocks?limit={limit}&max_id={10_000 - start - limit}"
        return Said(200, [self._account(one) for one in page], {"Link": f'<{where}>; rel="next"'} if page else {})

    def _relationships(self, query: Any) -> Said:
        if self.scopes == "read:statuses":
            return Said(403, {"error": "This action is outside the authorized scopes"})
        asked = query.get("id[]", [])
        follow = {account_id(one) for one in self.crowd.followers}
        told = [{"id": one, "following": False, "followed_by": one in follow} for one in asked]
        return Said(200, told[:1] if self.imitates else told)

    def _status(self, deed: Deed) -> dict[str, Any]:
        remote = status_id(deed.who, deed.number)
        named = [{"id": account_id(one), "username": one, "acct": one, "url": _page(one)} for one in deed.naming]
        return {
            "id": remote,
            "created_at": deed.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "edited_at": None,
            "in_reply_to_id": deed.below or deed.post,
            "visibility": "direct" if remote in self.direct else "public",
            "spoiler_text": "",
            "content": f"<p>{html.escape(deed.text)}</p>",
            "account": self._account(deed.who),
            "mentions": named,
            "favourites_count": len(self.crowd.under(EntryKind.LIKE, remote)),
        }

    def _account(self, who: str) -> dict[str, Any]:
        told = {"id": account_id(who), "username": who, "acct": who, "display_name": who.capitalize(), "bot": False}
        told |= {"url": _page(who), "uri": actor(who)}
        if self.imitates:
            return told | {"created_at": "1970-01-01T00:00:00Z", "followers_count": 0}
        return told | {"created_at": "2024-05-06T00:00:00.000Z", "followers_count": 12}


def _page(who: str) -> str:
    return f"https://social.example/@{who}"


@contextmanager
def mastodon_crowd(**more: Any) -> Iterator[MastodonCrowd]:
    """Serve it on a free port of loopback while the block runs."""
    double = MastodonCrowd(**more)

    def play(connected: socket.socket) -> None:
        said = double.answer(heard(read_request(connected)))
        if said is not None:
            connected.sendall(answer(f"{said.status} Said", json.dumps(said.body).encode(), **said.headers))

    with serving(play) as server:
        double.url, double.host_port = server.url, server.host_port
        yield double
