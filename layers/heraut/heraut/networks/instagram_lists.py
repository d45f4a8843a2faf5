"""Who comments an account's post on Instagram.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments: fifty first
comments a page, newest first, each with its replies, of which more than fifty have pages of their own. Nobody's
program is told who likes or shares a post, or follows the account.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heraut.brands import EntryKind, NetworkName
from heraut.errors import Refused
from heraut.networks.base import Entry, Listed, stable_id
from heraut.networks.entries import comment_heard, count_told, require_listed
from heraut.networks.graph_answers import GONE
from heraut.networks.graph_api import following, instant_of
from heraut.networks.instagram_listen import REPLY
from heraut.networks.instagram_words import mentioned_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from heraut.conversations.model import Interaction
    from heraut.networks.graph_api import Graph

_PAGE = "50"
_FIRST = f"id,text,timestamp,username,from{{id,username}},like_count,hidden,replies.limit({_PAGE}){{{REPLY}}}"


@dataclass(frozen=True)
class _Place:
    """How far a walk came: the next page of first comments (None: there is none), and replies that are left.

    `replies` are first comments of which more replies are to be read, and where.
    """

    after: str | None
    replies: tuple[tuple[str, str], ...] = ()

    def cursor(self) -> str | None:
        """Write it, None at the end."""
        if self.after is None and not self.replies:
            return None
        return json.dumps({"after": self.after, "replies": self.replies})


def entries(graph: Graph, kind: EntryKind, post: str, cursor: str | None) -> Listed:
    """Give a page of those who comment a post, or reply below."""
    require_listed(NetworkName.INSTAGRAM, graph.network, kind)
    me = graph.instagram()
    own = frozenset({stable_id(NetworkName.INSTAGRAM, me.id), f"@{me.username.casefold()}"})
    try:
        place = _place(cursor)
        found, left = _replies(graph, place) if place.replies else _firsts(graph, post, place.after)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise graph.unclear() from None
    return Listed(found, left.cursor(), own)


def heard(said: Interaction, post: str) -> Entry | None:
    """Give what was heard as an entry under a post; whoever is known by their name alone has no stable id."""
    author = said.author
    known = None if author.id.startswith("?") or f"@{author.id}" == author.handle else author.id
    return comment_heard(said, post, known, known)


def _place(cursor: str | None) -> _Place:
    if cursor is None:
        return _Place(None)
    kept = json.loads(cursor)
    return _Place(kept["after"], tuple((str(one), str(after)) for one, after in kept["replies"]))


def _firsts(graph: Graph, post: str, after: str | None) -> tuple[tuple[Entry, ...], _Place]:
    asked = {"fields": _FIRST, "limit": _PAGE} | ({"after": after} if after else {})
    body = graph.read(f"{graph.node(post)}/comments", **asked)
    found: list[Entry] = []
    rests: list[tuple[str, str]] = []
    for first in graph.entries(body):
        found.append(_comment(first, None))
        held = first.get("replies")
        if isinstance(held, dict):
            found += [_comment(one, str(first["id"])) for one in graph.entries(held)]
            more = following(held)
            rests += [(str(first["id"]), more)] if more else []
    return tuple(found), _Place(following(body), tuple(rests))


def _replies(graph: Graph, place: _Place) -> tuple[tuple[Entry, ...], _Place]:
    (first, after), *rests = place.replies
    try:
        body = graph.read(f"{graph.node(first)}/replies", fields=REPLY, limit=_PAGE, after=after)
    except Refused as refused:
        if refused.problem.code != GONE:
            raise
        return (), _Place(place.after, tuple(rests))  # taken away meanwhile, with what stood below it
    more = following(body)
    left = [(first, more), *rests] if more else rests
    return tuple(_comment(one, first) for one in graph.entries(body)), _Place(place.after, tuple(left))


def _comment(told: Mapping[str, Any], below: str | None) -> Entry:
    who = told.get("from")
    held = who if isinstance(who, dict) else {}
    username = str(held.get("username") or told.get("username") or "")
    local = str(held["id"]) if held.get("id") else None
    text = str(told.get("text") or "")
    return Entry(
        kind=EntryKind.COMMENT,
        by=stable_id(NetworkName.INSTAGRAM, local) if local else None,
        name=username,
        handle=f"@{username}" if username else "",
        remote=str(told["id"]),
        text=text,
        at=instant_of(told["timestamp"]),
        below=below,
        mentions=mentioned_in(text),
        local=local,
        likes=count_told(told.get("like_count")),  # a first comment's, as the next
        hidden=told.get("hidden") is True,
    )
