"""A Graph API on loopback that keeps its own books, and refuses what the real one refuses.

One app, one Page with its Instagram account, the people who speak to them. It knows what `graph_known.py` names and
nothing else: an unknown field, edge or parameter is error 100, a right that the token lacks 10 or 200, a bad token 190,
a quota that is used up 4, 17, 32, 613 or 80001, and what is gone 100 with subcode 33, all of them in HTTP 400 bodies.
Errors: https://developers.facebook.com/docs/graph-api/guides/error-handling; limits: .../overview/rate-limiting.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from tests.loopback import answer, read_request, serving
from tests.matrix.wire import Heard, Said, heard
from tests.twins.graph_known import EVERYWHERE, KNOWN, MODIFIERS, PAGING, Node

if TYPE_CHECKING:
    import socket

VERSION = "v26.0"
RIGHTS = frozenset(
    {
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_engagement",
        "pages_manage_metadata",
        "instagram_basic",
        "instagram_manage_comments",
    }
)
MOST = {
    "comments": 100,
    "feed": 100,
    "tagged": 100,
    "media": 100,
    "tags": 100,
    "replies": 50,
    "children": 10,
    "reactions": 100,
}
MOST_IG_COMMENTS = 50
USUAL = 25  # entries on a page for which nobody asked a number
GONE = 33  # the subcode
_PERSON = frozenset({"id", "name", "username"})


@dataclass(frozen=True)
class Person:
    """Somebody, with the name Facebook shows and the one Instagram does."""

    id: str
    name: str
    username: str


@dataclass(frozen=True)
class Entry:
    """Something in the books: a post, a media, or a comment `on` one, below `parent` where it is a reply."""

    id: str
    kind: str
    by: Person | None
    text: str
    at: datetime
    on: str | None = None
    parent: str | None = None
    hidden: bool = False
    elsewhere: bool = False  # not on our page: it names us
    ours: bool = False  # written through this API
    names: tuple[Person, ...] = ()
    picture: str | None = None  # where what it shows is read
    shows: str | None = None  # what that is, where it is no photo: as the API calls it


@dataclass(frozen=True)
class Lost:
    """What becomes of a call: `done` whether it is carried out; then the line breaks, or something else is `said`."""

    done: bool
    said: Said | None = None


@dataclass(frozen=True)
class Field:
    """A field that is asked for, with its modifiers and, where it holds a node, what is asked of that."""

    name: str
    modifiers: Mapping[str, str]
    inner: tuple[Field, ...]


class Wrong(Exception):
    """The request is refused so."""

    def __init__(self, said: Said) -> None:
        """Keep the answer."""
        self.said = said


def error(code: int, message: str, *, subcode: int | None = None, status: int = 400, **more: Any) -> Said:
    """Give an error as the Graph API writes it."""
    body = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf"} | more
    return Said(status, {"error": body | ({"error_subcode": subcode} if subcode else {})})


@dataclass
class GraphDouble:
    """The API: what is said, and what it will answer instead of the truth.

    `trouble` (code, subcode) is what the token has become, `rights` what it may do, `used_up` (code, minutes) a quota
    that is passed. `ranked`: comments come in no order whatever was asked. `shown_after` is how long a comment takes to
    be listed. `plan` decides the fate of the next calls of a kind.
    """

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    page: Person = Person("1000", "Boulangerie Martin", "boulangerie.martin")
    instagram: Person | None = Person("17840000000000001", "Boulangerie Martin", "boulangerie_martin")
    app_id: str = "424242"
    app_secret: str = "app-secret-of-the-bakery"
    token: str = "page-token-of-the-bakery"
    rights: frozenset[str] = RIGHTS
    trouble: tuple[int, int | None] | None = None
    used_up: tuple[int, int | None] | None = None
    ranked: bool = False
    shown_after: timedelta = timedelta(0)
    entries: dict[str, Entry] = field(default_factory=dict)
    gone: dict[str, Entry] = field(default_factory=dict)
    first_page_alone: bool = False  # of comments: there is no way to the others
    subscribed: tuple[str, ...] = ()
    app_subscriptions: list[dict[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    host_port: str = ""
    _plans: list[tuple[str, str, Said | Lost]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(5001))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # ------------------------------------------------------------------ what people do
    def post(self, text: str = "Nos bûches de Noël", by: Person | None = None, **more: Any) -> Entry:
        """Somebody (the page itself, unless said) posts on the page, or `elsewhere=True` naming it."""
        return self._add("PagePost", text, by or self.page, **more)

    def media(self, text: str = "Nos bûches de Noël", by: Person | None = None, **more: Any) -> Entry:
        """Somebody (the account itself, unless said) posts on Instagram; `elsewhere=True`: it tags the account."""
        return self._add("IGMedia", text, by or self.instagram, **more)

    def comment(self, to: Entry, text: str, by: Person | None, **more: Any) -> Entry:
        """Somebody comments a post or media, or replies to a comment."""
        kind = "Comment" if to.kind in {"PagePost", "Comment"} else "IGComment"
        on, parent = (to.on, to.parent or to.id) if to.kind in {"Comment", "IGComment"} else (to.id, None)
        return self._add(kind, text, by, on=on, parent=parent, **more)

    def change(self, entry: Entry, text: str) -> None:
        """Somebody changes what they said."""
        self.entries[entry.id] = replace(self.entries[entry.id], text=text)

    def remove(self, entry: Entry) -> None:
        """Somebody takes away what they said, with what stands below it."""
        for one in list(self.entries.values()):
            if entry.id in {one.id, one.parent, one.on}:
                self.gone[one.id] = self.entries.pop(one.id)

    def react(self, to: Entry, by: Person) -> Entry:
        """Somebody likes a post (or loves it, or is angry) or a comment; taken away, it is taken back."""
        return self._add("Profile", "", by, on=to.id)

    def likes(self, of: Entry) -> int:
        """Count those who like something."""
        return sum(one.kind == "Profile" and one.on == of.id for one in self.entries.values())

    def plan(self, what: Said | Lost, method: str = "POST", path: str = "", times: int = 1) -> None:
        """Let the next calls of that method whose path contains `path` end so."""
        self._plans += [(method, path, what)] * times

    def ours(self) -> list[Entry]:
        """Give what was written through this API, in order."""
        return [one for one in self.entries.values() if one.ours]

    def calls(self, method: str, path: str = "") -> list[dict[str, str]]:
        """Give the parameters of the calls that were made."""
        return [params for verb, where, params in self.asked if verb == method and path in where]

    # ------------------------------------------------------------------ the API
    def answer(self, request: Heard) -> Said | Lost:
        """Answer one request."""
        with self._lock:
            params = {name: values[0] for name, values in request.query.items()}
            params |= {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            where = request.path.removeprefix(f"/{VERSION}/")
            self.asked.append((request.method, where, params))
            planned = next((one for one in self._plans if one[0] == request.method and one[1] in where), None)
            if planned:
                self._plans.remove(planned)
                if isinstance(planned[2], Said) or not planned[2].done:
                    return planned[2]
            try:
                self._admit(request, params)
                said = self._done(request.method, where, params)
            except Wrong as wrong:
                said = wrong.said
            if planned and isinstance(planned[2], Lost):
                return planned[2].said or planned[2]
            return replace(said, headers={**self._usage(), **said.headers})

    def _usage(self) -> dict[str, str]:
        code, minutes = self.used_up or (0, 0)
        full = 100 if code else 12
        counts = {"call_count": full, "total_cputime": 3, "total_time": 4}
        case = {"type": "pages", **counts, "estimated_time_to_regain_access": minutes or 0}
        headers = {"X-App-Usage": json.dumps(counts)}
        return headers | ({"X-Business-Use-Case-Usage": json.dumps({self.page.id: [case]})} if minutes != -1 else {})

    def _admit(self, request: Heard, params: Mapping[str, str]) -> None:
        """Let nobody in whom the real one would turn away."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ") or params.get("access_token", "")
        if not request.path.startswith(f"/{VERSION}/"):
            raise Wrong(error(2635, "You are calling a deprecated version of the Ads API."))
        if not token:
            raise Wrong(error(104, "An access token is required to request this resource."))
        if token not in {self.token, f"{self.app_id}|{self.app_secret}"}:
            raise Wrong(error(190, "Invalid OAuth access token - Cannot parse access token", status=401))
        if token == self.token and self.trouble:
            code, subcode = self.trouble
            raise Wrong(error(code, "Error validating access token", subcode=subcode, status=401))
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if "appsecret_proof" not in params:
            raise Wrong(error(100, "API calls from the server require an appsecret_proof argument"))
        if not hmac.compare_digest(params["appsecret_proof"], proof):
            raise Wrong(error(100, "Invalid appsecret_proof provided in the API argument"))
        if self.used_up:
            said = "Application request limit reached" if self.used_up[0] == 4 else "Page request limit reached"
            raise Wrong(error(self.used_up[0], said, status=403 if self.used_up[0] == 4 else 400))

    def _done(self, method: str, where: str, params: Mapping[str, str]) -> Said:
        name, _, edge = where.partition("/")
        kind, node_id = self._node(name)
        node = KNOWN[kind]
        if method == "GET":
            if edge:
                return self._listed(kind, node_id, edge, params)
            _only(params, EVERYWHERE, kind)
            self._may(node.needs, 10)
            return Said(200, self._shown(kind, node_id, fields_of(params.get("fields", "id"))))
        if method == "POST":
            return self._written(kind, node_id, edge, params) if edge else self._changed(kind, node_id, params)
        if method == "DELETE" and node.deletes and not edge:
            _only(params, EVERYWHERE, kind)
            self._may(node.steering, 200)
            self.remove(self.entries[node_id])
            return Said(200, {"success": True})
        raise Wrong(error(3, "Application does not have the capability to make this API call."))

    def _node(self, name: str) -> tuple[str, str]:
        if name in {"me", self.page.id}:
            return "Page", self.page.id
        if self.instagram and name == self.instagram.id:
            return "IGUser", name
        if name == self.app_id:
            return "Application", name
        if name in self.entries:
            return self.entries[name].kind, name
        said = (
            f"Unsupported get request. Object with ID '{name}' does not exist, cannot be loaded due to missing"
            " permissions, or does not support this operation."
        )
        raise Wrong(error(100, said, subcode=GONE, type="GraphMethodException"))

    def _may(self, needs: frozenset[str], code: int) -> None:
        missing = sorted(needs - self.rights)
        if missing and code == 10:
            raise Wrong(error(10, f"This endpoint requires the '{missing[0]}' permission or the feature"))
        if missing:
            raise Wrong(error(200, f"If posting to a page, requires {missing[0]} as an admin", status=403))

    def _listed(self, kind: str, node_id: str, name: str, params: Mapping[str, str]) -> Said:
        edge = KNOWN[kind].reads.get(name)
        if edge is None:
            raise Wrong(error(2500, f"Unknown path components: /{name}"))
        _only(params, EVERYWHERE | PAGING | edge.takes, kind)
        self._may(edge.needs, 10)
        return Said(200, self._page(kind, node_id, name, params, fields_of(params.get("fields", "id"))))

    def _page(
        self, kind: str, node_id: str, name: str, params: Mapping[str, str], fields: Sequence[Field]
    ) -> dict[str, Any]:
        edge = KNOWN[kind].reads[name]
        if edge.node == "Application":
            held = {"id": self.app_id, "name": "Héraut"} if self.subscribed else None
            return {"data": [held] if held else []}
        most = MOST_IG_COMMENTS if edge.node == "IGComment" else MOST[name]
        limit = min(int(params.get("limit", USUAL)), most)
        whole = self._entries(kind, node_id, name, params)
        ids = [one.id for one in whole]  # a cursor holds its place when what it stands at is taken away
        after = params.get("after")
        before = whole[: ids.index(after) + 1] if after in ids else []
        start = sum(1 for one in before if one.id in self.entries)
        found = [one for one in whole if one.id in self.entries]
        page = found[start : start + limit]
        body: dict[str, Any] = {"data": [self._shown(one.kind, one.id, fields) for one in page]}
        if page:
            body["paging"] = {"cursors": {"before": page[0].id, "after": page[-1].id}}
        if len(found) > start + limit and not (self.first_page_alone and "omment" in edge.node):
            asked = urlencode({"access_token": "…", "limit": limit, "after": page[-1].id})
            body["paging"]["next"] = f"{self.url}/{VERSION}/{node_id}/{name}?{asked}"
        return body

    def _entries(self, kind: str, node_id: str, name: str, params: Mapping[str, str]) -> list[Entry]:
        """Give what an edge holds and what it held, in the order in which it gives it."""
        asked_since = params.get("since")
        since = datetime.fromtimestamp(int(asked_since), UTC) if asked_since else None
        node = KNOWN[kind].reads[name].node
        books = [*self.entries.values(), *self.gone.values()]
        found = [one for one in books if one.kind == node and (since is None or one.at >= since)]
        if name == "reactions":
            return sorted((one for one in found if one.on == node_id), key=lambda one: (one.at, one.id), reverse=True)
        if name == "children":
            return [one for one in found if one.on == node_id]
        if name in {"feed", "media", "tagged", "tags"}:
            found = [one for one in found if one.elsewhere is (name in {"tagged", "tags"}) and one.on is None]
            return sorted(found, key=lambda one: (one.at, one.id), reverse=True)
        if node == "Comment" and params.get("filter", "toplevel") == "stream" and kind == "PagePost":
            found = [one for one in found if one.on == node_id]
        elif kind in {"Comment", "IGComment"}:
            found = [one for one in found if one.parent == node_id]
        else:
            found = [one for one in found if one.on == node_id and one.parent is None]
        found = [one for one in found if not one.ours or one.at + self.shown_after <= self.now()]
        backwards = kind == "IGMedia" or params.get("order") == "reverse_chronological"
        found.sort(key=lambda one: (one.at, one.id), reverse=backwards)
        return sorted(found, key=lambda one: hashlib.sha256(one.id.encode()).digest()) if self.ranked else found

    def _shown(self, kind: str, node_id: str, fields: Sequence[Field]) -> dict[str, Any]:
        body: dict[str, Any] = {"id": node_id}
        for asked in fields:
            value = self._value(kind, node_id, asked)
            if value is not None:
                body[asked.name] = value
        return body

    def _value(self, kind: str, node_id: str, asked: Field) -> Any:
        node: Node = KNOWN[kind]
        edge = node.reads.get(asked.name)
        if edge is not None:
            _only(asked.modifiers, PAGING | edge.takes, kind)
            self._may(edge.needs, 10)
            held = self._page(kind, node_id, asked.name, asked.modifiers, asked.inner)
            return held if held["data"] else None
        _only(asked.modifiers, MODIFIERS.get((kind, asked.name), frozenset()), kind)
        if asked.name in node.holds:
            held_id = self._held(kind, node_id, asked)
            if held_id is None:
                return None
            self._may(KNOWN[node.holds[asked.name]].needs, 10)
            return self._shown(node.holds[asked.name], held_id, asked.inner)
        if asked.name not in node.fields:
            raise Wrong(error(100, f"Tried accessing nonexistent field ({asked.name}) on node type ({kind})"))
        _only(dict.fromkeys((one.name for one in asked.inner), ""), _PERSON, kind)
        return self._plain(kind, node_id, asked.name)

    def _held(self, kind: str, node_id: str, asked: Field) -> str | None:
        """Give the id of the node that a field holds."""
        if kind == "Page":
            return self.instagram.id if self.instagram else None
        if kind == "IGUser":
            (wanted,) = asked.modifiers.values()
            self._node(wanted)
            return wanted
        entry = self.entries[node_id]
        return entry.parent if asked.name == "parent" else entry.on

    def _plain(self, kind: str, node_id: str, name: str) -> Any:
        if kind in {"Page", "IGUser", "Application"}:
            who = self.instagram if kind == "IGUser" else self.page
            assert who is not None
            link = f"https://www.facebook.com/{who.username}"
            return {"id": node_id, "name": who.name, "username": who.username, "link": link}[name]
        entry = self.entries[node_id]
        if kind == "Profile":
            assert entry.by is not None
            return {"id": entry.by.id, "name": entry.by.name}[name]
        return _facebook(self, entry)[name] if kind in {"PagePost", "Comment"} else _instagram(self, entry)[name]

    def _written(self, kind: str, node_id: str, name: str, params: Mapping[str, str]) -> Said:
        edge = KNOWN[kind].writes.get(name)
        if edge is None:
            raise Wrong(error(100, f"Unsupported post request: /{name}"))
        _only(params, EVERYWHERE - {"fields"} | edge.takes, kind)
        self._may(edge.needs, 200)
        if name == "subscribed_apps":
            self.subscribed = tuple(params["subscribed_fields"].split(","))
            return Said(200, {"success": True})
        if name == "subscriptions":
            kept = {key: params[key] for key in ("object", "callback_url", "fields", "verify_token")}
            self.app_subscriptions.append(kept)
            return Said(200, {"success": True})
        text = params.get("message", "").strip()
        if not text:
            raise Wrong(error(100, "Param message must be a non-empty string"))
        if name == "mentions":
            node_id = params.get("comment_id") or params["media_id"]
            self._node(node_id)
        to = self.entries[node_id]
        if to.kind == "IGComment" and to.hidden:
            raise Wrong(error(100, "You cannot reply to hidden comments", error_user_msg="Comment is hidden."))
        made = self.comment(to, text, self.instagram if edge.node == "IGComment" else self.page, ours=True)
        return Said(200, {"id": made.id})

    def _changed(self, kind: str, node_id: str, params: Mapping[str, str]) -> Said:
        node = KNOWN[kind]
        _only(params, EVERYWHERE - {"fields"} | node.changes, kind)
        self._may(node.steering, 200)
        wanted = params.get("is_hidden") or params.get("hide")
        if not node.changes or wanted not in {"true", "false"}:
            raise Wrong(error(100, "Nothing to change"))
        self.entries[node_id] = replace(self.entries[node_id], hidden=wanted == "true")
        return Said(200, {"success": True})

    def _add(self, kind: str, text: str, by: Person | None, **more: Any) -> Entry:
        number = next(self._numbers)
        on = more.get("on")
        ids = {
            "PagePost": f"{self.page.id}_{number}",
            "Comment": f"{(on or '_').partition('_')[2]}_{number}",
            "IGMedia": f"1790{number}",
            "IGComment": f"1785{number}",
            "Profile": f"reaction_{number}",
        }
        at = more.pop("at", None) or self.now()
        made = Entry(ids[kind], kind, by, text, at.replace(microsecond=0), **more)
        self.entries[made.id] = made
        return made


def _facebook(double: GraphDouble, entry: Entry) -> dict[str, Any]:
    below = [one.at for one in double.entries.values() if one.on == entry.id and one.kind == "Comment"]
    return {
        "like_count": double.likes(entry),
        "id": entry.id,
        "message": entry.text or None,
        "created_time": _time(entry.at),
        "updated_time": _time(max([entry.at, *below])),
        "permalink_url": f"https://www.facebook.com/{entry.id}",
        "is_hidden": entry.hidden,
        "from": {"id": entry.by.id, "name": entry.by.name} if entry.by else None,
        "message_tags": [{"id": one.id, "name": one.name, "type": "user"} for one in entry.names] or None,
        "attachment": {
            "type": entry.shows or "photo",
            "media": {"image": {"src": entry.picture, "height": 9, "width": 16}},
        }
        if entry.picture
        else None,
        "full_picture": entry.picture,
        "status_type": (entry.shows or "added_photos") if entry.picture else "mobile_status_update",
    }


def _instagram(double: GraphDouble, entry: Entry) -> dict[str, Any]:
    below = [one for one in double.entries.values() if one.on == entry.id and one.kind == "IGComment"]
    return {
        "like_count": double.likes(entry),
        "id": entry.id,
        "media_type": entry.shows or "IMAGE",
        "media_url": entry.picture,
        "text": entry.text,
        "caption": entry.text or None,
        "timestamp": _time(entry.at),
        "permalink": f"https://www.instagram.com/p/{entry.id}/",
        "username": entry.by.username if entry.by else None,
        "hidden": entry.hidden,
        "parent_id": entry.parent,
        "comments_count": len(below),
        "from": {"id": entry.by.id, "username": entry.by.username} if entry.by else None,
    }


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"


def _only(given: Mapping[str, str], known: frozenset[str], kind: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise Wrong(error(100, f"Unknown parameter {unknown[0]} on {kind}"))


_NAME = re.compile(r"[a-z_]+")
_MODIFIER = re.compile(r"\.([a-z_]+)\(([^)]*)\)")


def fields_of(text: str) -> tuple[Field, ...]:
    """Read field expansion: `id,from{id,name},comments.limit(5){id}`."""
    found, place = _fields(text, 0)
    if place != len(text):
        raise Wrong(error(2500, f'Syntax error "Expected end of string instead of {text[place]!r}." at {place}'))
    return found


def _fields(text: str, place: int) -> tuple[tuple[Field, ...], int]:
    found: list[Field] = []
    while True:
        name = _NAME.match(text, place)
        if name is None:
            raise Wrong(error(2500, f"Syntax error at character {place}: {text}"))
        place, modifiers = name.end(), {}
        while modifier := _MODIFIER.match(text, place):
            modifiers[modifier[1]] = modifier[2]
            place = modifier.end()
        inner: tuple[Field, ...] = ()
        if text[place : place + 1] == "{":
            inner, place = _fields(text, place + 1)
            if text[place : place + 1] != "}":
                raise Wrong(error(2500, f"Syntax error at character {place}: {text}"))
            place += 1
        found.append(Field(name[0], modifiers, inner))
        if text[place : place + 1] != ",":
            return tuple(found), place
        place += 1


@contextmanager
def graph(**more: Any) -> Iterator[GraphDouble]:
    """Serve a Graph API on a free port of loopback while the block runs."""
    double = GraphDouble(**more)

    def play(connected: socket.socket) -> None:
        said = double.answer(heard(read_request(connected)))
        if isinstance(said, Lost):
            return
        body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        headers = {"Content_Type": "application/json; charset=UTF-8", **said.headers}
        connected.sendall(answer(f"{said.status} Said", body, **headers))

    with serving(play) as server:
        double.url, double.host_port = server.url, server.host_port
        yield double
